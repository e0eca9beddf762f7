import type { AdminUser, AdminUsers } from '@jupyterlab-commons/protocol';

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  '\u202emoc.live',
  '=cmd|calc',
  'a'.repeat(255),
  'مستخدم',
  '人'.repeat(40)
];

/** A page of so many people out of `total`: ordinary ones, extreme ones, hostile ones. */
export function manyPeople(shown: number, total: number): AdminUsers {
  const at = Date.now();
  return {
    at,
    total,
    users: Array.from({ length: shown }, (_, index) => personOf(index, at))
  };
}

function personOf(index: number, at: number): AdminUser {
  const name = HOSTILE[index] ?? `person${index}`;
  const used = index * 7.3;
  return {
    user: name,
    displayName: index % 3 === 0 ? name : `Person ${index}`,
    groups: index % 2 === 0 ? ['team', HOSTILE[index % 7]!] : [],
    running: index % 3,
    profiles: index % 3 === 0 ? [] : ['gpu-large'],
    ...(index % 4 === 0
      ? {}
      : {
          memoryBytes: index * 1e9,
          cpuCores: index / 3,
          gpus: index % 5,
          gpuBusy: 0.42,
          gpuIdleSince: index % 2 === 0 ? at - 7_200_000 : null
        }),
    serverHours: used,
    cpuHours: used * 4,
    memoryGibHours: used * 16,
    gpuHours: index === 3 ? 1e12 : used / 2,
    credits: used,
    nearest: {
      policy: 'hours',
      title: 'Server hours of a month',
      used,
      limit: 200,
      resource: 'server-hours'
    },
    stopAt: index === 5 ? at + 600_000 : null,
    asked: index === 6
  };
}
