import { add, linesOf, MeterError, type Amounts } from './types.ts';

const KIB_PER_GIB = 1024 ** 2;

/**
 * What a quota of a file system says, by user, in GiB. Blocks are KiB, so not
 * with `-h` or `-s`. Several file systems in one answer add up. Read are
 *
 * - `repquota -O csv` of quota-tools 4 (users, or projects named like users);
 * - `xfs_quota -x -c 'report -u'` or `-p`;
 * - `lfs quota -u <user> <file system>` of Lustre, one after the other.
 */
export function amountsOfFilesystem(text: string): Amounts {
  const lines = linesOf(text);
  const amounts: Amounts = new Map();
  if (lines.some(isCsvHead)) {
    readRepquota(lines, amounts);
  } else if (lines.some(line => XFS_HEAD.test(line))) {
    readXfs(lines, amounts);
  } else if (lines.some(line => LUSTRE_HEAD.test(line))) {
    readLustre(lines, amounts);
  } else {
    throw new MeterError(
      'it must be the answer of "repquota -O csv", "xfs_quota -x -c \'report -u\'" or "lfs quota -u"; of anything else make lines "user GiB" with `command`'
    );
  }
  return amounts;
}

const isCsvHead = (line: string) => /^(User|Project),/.test(line);
const XFS_HEAD = /^(User|Project) quota on /;
const LUSTRE_HEAD = /^Disk quotas for (?:usr|user) (\S+)/;

/** Adds KiB; an id that has no name is of nobody. */
function addKib(amounts: Amounts, user: string, kib: string): void {
  // Lustre marks what is above its limit, or not known exactly.
  const digits = kib.replace(/^\[(.*)\]$/, '$1').replace(/\*$/, '');
  if (!/^\d+$/.test(digits)) {
    throw new MeterError(
      `blocks must be whole numbers, and one is ${JSON.stringify(kib.slice(0, 40))}; leave out -h and -s`
    );
  }
  if (!user.startsWith('#')) {
    add(amounts, user, Number(digits) / KIB_PER_GIB);
  }
}

function readRepquota(lines: string[], amounts: Amounts): void {
  let used = -1;
  for (const line of lines) {
    const cells = line.split(',');
    if (isCsvHead(line)) {
      used = cells.indexOf('BlockUsed');
      if (used < 0) {
        throw new MeterError('there is no column BlockUsed; leave out -s');
      }
    } else if (used >= 0) {
      addKib(amounts, cells[0]!, cells[used] ?? '');
    }
  }
}

/** Under each head a line of dashes, then `user used soft hard …` until the next head; groups are left out. */
function readXfs(lines: string[], amounts: Amounts): void {
  let isOfUsers = false;
  let isBody = false;
  for (const line of lines) {
    if (/^\S+ quota on /.test(line)) {
      isOfUsers = XFS_HEAD.test(line);
      isBody = false;
    } else if (/^-{5}/.test(line)) {
      isBody = isOfUsers;
    } else if (isBody) {
      const [user = '', used = ''] = line.trim().split(/\s+/);
      addKib(amounts, user, used);
    }
  }
}

/** A name, headings, then the figures; a long path takes a line of its own. */
function readLustre(lines: string[], amounts: Amounts): void {
  let user = '';
  for (const line of lines) {
    const words = line.trim().split(/\s+/);
    const named = LUSTRE_HEAD.exec(line)?.[1];
    if (named !== undefined) {
      user = named;
    } else if (words[0] === 'Filesystem' && words[1] !== 'kbytes') {
      throw new MeterError('the column must be kbytes; leave out -h');
    } else if (words[0]?.startsWith('/') === true && words.length >= 9) {
      addKib(amounts, user, words[1]!);
    } else if (/^[[\d]/.test(words[0] ?? '') && words.length >= 8) {
      addKib(amounts, user, words[0]!);
    }
  }
}
