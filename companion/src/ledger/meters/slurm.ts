import type { QuotaResource } from '@jupyterlab-commons/protocol';
import { add, linesOf, MeterError, type Amounts, type Span } from './types.ts';

const HOUR_MS = 3_600_000;
const MIB_PER_GIB = 1024;
/** Units of memory in a list of TRES, in MiB. */
const SIZES: Record<string, number> = {
  K: 1 / 1024,
  M: 1,
  G: 1024,
  T: 1024 ** 2,
  P: 1024 ** 3
};

type Wanted = { resource: QuotaResource; gpu: string | null };
type Row = Record<string, string>;

/**
 * What Slurm's accounting says, by user. Two forms are read, both with
 * `--parsable2` and with their headings:
 *
 * - `sacct --allusers --allocations --format=User,AllocTRES,Start,End`: what
 *   each job held within the time;
 * - `sreport cluster AccountUtilizationByUser` (or `UserUtilizationByAccount`):
 *   sums of whole hours, with the unit in the lines above.
 */
export function amountsOfSlurm(
  text: string,
  wanted: Wanted,
  span: Span
): Amounts {
  const lines = linesOf(text);
  const first = lines.findIndex(line => line.includes('|'));
  const head = lines[first]?.split('|') ?? [];
  const rows = lines.slice(first + 1).map(line => rowOf(head, line));
  if (has(head, ['User', 'AllocTRES', 'Start', 'End'])) {
    return ofJobs(rows, wanted, span);
  }
  if (has(head, ['Login', 'Used'])) {
    return ofReport(rows, wanted, hoursOfUnit(lines.slice(0, first)));
  }
  if (lines.length === 0) {
    throw new MeterError('it says nothing, not even headings');
  }
  throw new MeterError(
    'the headings must be those of "sacct --parsable2 --format=User,AllocTRES,Start,End" or of "sreport --parsable2 cluster AccountUtilizationByUser"'
  );
}

const has = (head: string[], names: string[]) =>
  names.every(name => head.includes(name));

function rowOf(head: string[], line: string): Row {
  const cells = line.split('|');
  return Object.fromEntries(
    head.map((name, index) => [name, cells[index]?.trim() ?? ''])
  );
}

function ofJobs(rows: Row[], wanted: Wanted, { from, to }: Span): Amounts {
  const amounts: Amounts = new Map();
  for (const row of rows) {
    // A step is a part of its job, which has a row of its own.
    if (row.JobID?.includes('.') === true) {
      continue;
    }
    const begin = momentOf(row.Start!);
    const end = momentOf(row.End!) ?? to;
    const held = Math.min(end, to) - Math.max(begin ?? to, from);
    if (held > 0) {
      const share = heldOf(row.AllocTRES!, wanted);
      add(amounts, row.User!, (held / HOUR_MS) * share);
    }
  }
  return amounts;
}

/** Local time, or seconds with SLURM_TIME_FORMAT=%s; null for `Unknown`: not yet. */
function momentOf(text: string): number | null {
  const at = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  return Number.isFinite(at) ? at : null;
}

/** How much of the resource a job holds: `billing=4,cpu=4,gres/gpu:a100=1,gres/gpu=1,mem=16G,node=1`. */
function heldOf(tres: string, { resource, gpu }: Wanted): number {
  if (resource === 'server-hours') {
    return 1;
  }
  const held = new Map(
    tres.split(',').map(part => {
      const cut = part.lastIndexOf('=');
      return [part.slice(0, cut).toLowerCase(), part.slice(cut + 1)] as const;
    })
  );
  return quantityOf(held.get(tresOf(resource, gpu)) ?? '0') / scaleOf(resource);
}

/** A number, with a unit if it is of memory. */
function quantityOf(text: string): number {
  const [, digits = '', unit = ''] = /^([\d.]+)([KMGTP]?)$/.exec(text) ?? [];
  return Number(digits) * (SIZES[unit] ?? 1);
}

/** As Slurm names the resource. */
function tresOf(resource: QuotaResource, gpu: string | null): string {
  switch (resource) {
    case 'cpu-hours':
      return 'cpu';
    case 'memory-gib-hours':
      return 'mem';
    case 'gpu-hours':
      return gpu === null ? 'gres/gpu' : `gres/gpu:${gpu.toLowerCase()}`;
    case 'credits':
      return 'billing';
    case 'server-hours':
    case 'storage-gib':
      throw new MeterError(`Slurm's reports know nothing of ${resource}`);
  }
}

/** Slurm counts memory in MiB. */
function scaleOf(resource: QuotaResource): number {
  return resource === 'memory-gib-hours' ? MIB_PER_GIB : 1;
}

function ofReport(
  rows: Row[],
  { resource, gpu }: Wanted,
  hours: number
): Amounts {
  const amounts: Amounts = new Map();
  const tres = tresOf(resource, gpu);
  for (const row of rows) {
    const name = (row['TRES Name'] ?? 'cpu').toLowerCase();
    // A row without a login is the sum of an account.
    if (row.Login === '' || name !== tres) {
      continue;
    }
    if (!/^\d+(\.\d+)?$/.test(row.Used!)) {
      throw new MeterError(
        `"Used" must be a number, and is ${JSON.stringify(row.Used!.slice(0, 40))}; use -t Hours`
      );
    }
    add(amounts, row.Login!, (Number(row.Used) * hours) / scaleOf(resource));
  }
  return amounts;
}

/** `Usage reported in TRES Minutes`, above the headings. */
function hoursOfUnit(lines: string[]): number {
  const line = lines.find(each => /usage reported in/i.test(each)) ?? '';
  const unit = /(seconds|minutes|hours)\s*$/i.exec(line)?.[1]?.toLowerCase();
  switch (unit) {
    case 'hours':
      return 1;
    case 'minutes':
      return 1 / 60;
    case 'seconds':
      return 1 / 3600;
    default:
      throw new MeterError(
        'the unit is missing: leave the lines above the headings (no --noheader), and use -t Hours'
      );
  }
}
