/**
 * Answers in the form of the programs that are named, cut short. Each is about
 * 10:00 to 12:00 local time on 2026-01-01.
 */

/**
 * Slurm 23.11: `sacct -a -X -P --format=JobID,User,AllocTRES,Start,End`. A job
 * that ended, one that runs, a step, one within, one of all the time, one
 * before, one that waits.
 */
export const SACCT = `JobID|User|AllocTRES|Start|End
101|ada|billing=24,cpu=8,gres/gpu:a100=1,gres/gpu=1,mem=48G,node=1|2026-01-01T09:30:00|2026-01-01T11:00:00
102|ada|billing=4,cpu=4,gres/gpu=2,mem=32000M,node=1|2026-01-01T08:00:00|Unknown
102.batch|ada|cpu=4,gres/gpu=2,mem=32000M,node=1|2026-01-01T08:00:00|Unknown
103_1|bob|billing=2,cpu=2,mem=1048576K,node=1|2026-01-01T10:15:00|2026-01-01T10:45:00
104|eve|billing=1,cpu=1,mem=1T,node=1|2026-01-01T00:00:00|2026-01-02T00:00:00
105|eve|billing=64,cpu=64,mem=1T,node=1|2026-01-01T08:00:00|2026-01-01T09:59:59
106|eve||Unknown|Unknown
`;

/** Slurm 23.11: `sreport -P -T cpu,gres/gpu,gres/gpu:a100 cluster AccountUtilizationByUser start=… end=…`. */
export const SREPORT = `--------------------------------------------------------------------------------
Cluster/Account/User Utilization 2026-01-01T10:00:00 - 2026-01-01T11:59:59 (7200 secs)
Usage reported in TRES Minutes
--------------------------------------------------------------------------------
Cluster|Account|Login|Proper Name|TRES Name|Used
c1|root|||cpu|630
c1|root|||gres/gpu|90
c1|lab|||cpu|630
c1|lab|ada|Ada Lovelace|cpu|600
c1|lab|ada|Ada Lovelace|gres/gpu|90
c1|lab|ada|Ada Lovelace|gres/gpu:a100|60
c1|lab|bob|Bob|cpu|30
c1|lab|bob|Bob|gres/gpu|0
`;

/** quota-tools 4.09: `repquota -u -O csv /home /data`. */
export const REPQUOTA = `User,BlockStatus,FileStatus,BlockUsed,BlockSoftLimit,BlockHardLimit,BlockGrace,FileUsed,FileSoftLimit,FileHardLimit,FileGrace
root,ok,ok,2048,0,0,,12,0,0,
ada,soft,ok,2097152,1048576,4194304,6days,412,0,0,
#10042,ok,ok,777,0,0,,3,0,0,
User,BlockStatus,FileStatus,BlockUsed,BlockSoftLimit,BlockHardLimit,BlockGrace,FileUsed,FileSoftLimit,FileHardLimit,FileGrace
ada,ok,ok,1048576,0,0,,1,0,0,
bob,ok,ok,0,524288,524288,,1,0,0,
`;

/** xfsprogs 6.1: `xfs_quota -x -c 'report -ug' /home`. */
export const XFS_QUOTA = `User quota on /home (/dev/sdb1)
                               Blocks                     
User ID          Used       Soft       Hard    Warn/Grace     
---------- -------------------------------------------------- 
root                0          0          0     00 [--------]
ada           1572864    2097152    2097152     00 [--------]
#1007           99999          0          0     00 [--------]
very-long-user-name     262144          0          0     00 [--------]

Group quota on /home (/dev/sdb1)
                               Blocks                     
Group ID         Used       Soft       Hard    Warn/Grace     
---------- -------------------------------------------------- 
lab           9999999          0          0     00 [--------]

`;

/** Lustre 2.15: `lfs quota -u ada /lustre/work; lfs quota -u bob /home/long`. */
export const LFS_QUOTA = `Disk quotas for usr ada (uid 1000):
     Filesystem  kbytes   quota   limit   grace   files   quota   limit   grace
   /lustre/work 1572864*  1048576 8388608 6d23h59m    1024   10000   20000       -
Disk quotas for usr bob (uid 1471600598):
     Filesystem  kbytes   quota   limit   grace   files   quota   limit   grace
/home/a/path/that/is/too/long/for/the/column
                 [95748096]       0 104857600       -  908722       0 1048576       -
uid 1471600598 is using default block quota setting
uid 1471600598 is using default file quota setting
`;

/** Prometheus 3: an instant query with a vector; one series divides by nothing. */
export const PROMETHEUS = JSON.stringify({
  status: 'success',
  data: {
    resultType: 'vector',
    result: [
      { metric: { user: 'ada' }, value: [1767268800.123, '1.25'] },
      { metric: { user: 'bob' }, value: [1767268800.123, '0.5'] },
      { metric: { user: 'eve' }, value: [1767268800.123, 'NaN'] }
    ]
  },
  warnings: ['a remark']
});
