/** What is counted of what a server reports, split among what used it. Nothing but the life that is told changes. */
import type { LinkSample } from '@jupyterlab-commons/protocol';
import type {
  ConsumerCounters as Counters,
  ReportedAmounts,
  ReportedHour,
  ReportedLife
} from '../storage/ledger-store.ts';
import type { UsedDelta } from '../usage/delta.ts';
import type { Millis } from './types.ts';

const HOUR_MS = 3_600_000;
/** Use that came late is spread over so many hours at most. */
const MOST_HOURS = 48;
const MOST_PATH = 1024;

const names = [
  'cpuSeconds',
  'memoryByteSeconds',
  'gpuBusySeconds',
  'gpuHeldSeconds'
] as const;

export type Name = Pick<ReportedHour, 'kind' | 'name' | 'path'>;
/** What one notebook used between two samples. */
export type Part = Name & ReportedAmounts;

export const nothing: Readonly<ReportedAmounts> = {
  cpuSeconds: 0,
  memoryByteSeconds: 0,
  gpuBusySeconds: 0,
  gpuHeldSeconds: 0
};

/**
 * What has been counted of the newest life of a server. It is changed in
 * place: what is made anew with each report of thousands of servers is what a
 * collection of garbage takes its time for.
 */
export type CountedLife = Omit<ReportedLife, 'consumers'> & {
  readonly consumers: Map<string, Counters>;
};

/** What belongs to none of the others, or to those that are too many. */
export const REST: Name = { kind: 'rest', name: 'rest', path: '' };

const amountsOf = (
  of: (name: keyof ReportedAmounts) => number
): ReportedAmounts => ({
  cpuSeconds: of('cpuSeconds'),
  memoryByteSeconds: of('memoryByteSeconds'),
  gpuBusySeconds: of('gpuBusySeconds'),
  gpuHeldSeconds: of('gpuHeldSeconds')
});

export const isNothing = (amounts: ReportedAmounts) =>
  names.every(name => amounts[name] <= 0);

/** Adds to `sum`; `share` of it where that is told. */
export function addTo(
  sum: ReportedAmounts,
  added: ReportedAmounts,
  share = 1
): void {
  for (const name of names) {
    sum[name] += added[name] * share;
  }
}

/** A life of which nothing has been counted. */
export function newLife(
  user: string,
  server: string,
  boot: string,
  at: Millis
): CountedLife {
  const counted = { ...nothing };
  return { user, server, boot, at, counted, consumers: new Map() };
}

export const countedLife = (life: ReportedLife): CountedLife => ({
  ...life,
  counted: { ...life.counted },
  consumers: new Map(life.consumers)
});

/** As it is now; what is counted afterwards does not change it. */
export const reportedLife = (life: CountedLife): ReportedLife => ({
  ...life,
  counted: { ...life.counted },
  consumers: new Map(
    [...life.consumers].map(([key, counters]) => [key, { ...counters }])
  )
});

/**
 * What is new since `life` was last counted, by notebook; then it is counted.
 * The parts add up to what the server itself has used, which is cut to what
 * its limits allow; so a notebook can claim no more than there is.
 */
export function countReport(
  life: CountedLife,
  delta: UsedDelta,
  sample: LinkSample
): Part[] {
  const added = amountsOf(name =>
    // All of a life is told when the companion has forgotten its samples.
    Math.max(0, delta[name] - (delta.from === null ? life.counted[name] : 0))
  );
  const claims = sample.consumers.map(consumer =>
    claimOf(consumer, life.consumers.get(consumer.key))
  );
  const share = amountsOf(name => {
    const claimed = claims.reduce((sum, claim) => sum + claim[name], 0);
    return claimed > added[name] ? added[name] / claimed : 1;
  });
  const parts = claims.map(claim => ({
    ...claim,
    ...amountsOf(name => claim[name] * share[name])
  }));
  const rest = amountsOf(name => {
    const left = added[name] - parts.reduce((sum, part) => sum + part[name], 0);
    // What only rounding leaves is nothing.
    return left > 1e-9 * added[name] ? left : 0;
  });
  life.at = delta.to;
  addTo(life.counted, added);
  raiseCounters(life, sample.consumers);
  return [...parts, { ...REST, ...rest }].filter(part => !isNothing(part));
}

type Consumer = LinkSample['consumers'][number];

function claimOf(consumer: Consumer, before: Counters | undefined): Part {
  const grown = (name: keyof Counters) =>
    Math.max(0, consumer[name] - (before?.[name] ?? 0));
  return {
    ...nameOf(consumer),
    cpuSeconds: grown('cpuSeconds'),
    memoryByteSeconds: grown('memoryByteSeconds'),
    // How busy a GPU is nobody tells by process.
    gpuBusySeconds: 0,
    gpuHeldSeconds: grown('gpuHeldSeconds')
  };
}

function nameOf({ kind, name, path = '' }: Consumer): Name {
  if (kind === 'server' || kind === 'rest') {
    return { kind, name: kind, path: '' };
  }
  return { kind, name, path: path.length > MOST_PATH ? '' : path };
}

/** Keeps the highest counters of those that are told of now, and of some that were told of before. */
function raiseCounters(
  { consumers: known }: CountedLife,
  told: readonly Consumer[]
): void {
  for (const { key, ...now } of told) {
    const { cpuSeconds, memoryByteSeconds, gpuHeldSeconds } = now;
    const before = known.get(key);
    if (before === undefined) {
      known.set(key, { cpuSeconds, memoryByteSeconds, gpuHeldSeconds });
    } else {
      before.cpuSeconds = Math.max(before.cpuSeconds, cpuSeconds);
      before.memoryByteSeconds = Math.max(
        before.memoryByteSeconds,
        memoryByteSeconds
      );
      before.gpuHeldSeconds = Math.max(before.gpuHeldSeconds, gpuHeldSeconds);
    }
  }
  // Those that have ended, or used little, come back with what they had.
  const most = 3 * told.length + 20;
  if (known.size > most) {
    forgetOldest(known, told, most);
  }
}

/** Those that have not been told of for the longest time go first. */
function forgetOldest(
  known: Map<string, Counters>,
  told: readonly Consumer[],
  most: number
): void {
  for (const { key } of told) {
    const counters = known.get(key)!;
    known.delete(key);
    known.set(key, counters);
  }
  for (const key of known.keys()) {
    if (known.size <= most) {
      return;
    }
    known.delete(key);
  }
}

/** The hours that `[from, to)` lies in, each with its share. */
export function* hoursOf(
  from: Millis,
  to: Millis
): Iterable<{ hour: Millis; share: number }> {
  const begin = Math.max(from, to - MOST_HOURS * HOUR_MS);
  if (begin >= to) {
    yield { hour: Math.floor(to / HOUR_MS) * HOUR_MS, share: 1 };
    return;
  }
  let at = begin;
  while (at < to) {
    const hour = Math.floor(at / HOUR_MS) * HOUR_MS;
    const end = Math.min(to, hour + HOUR_MS);
    yield { hour, share: (end - at) / (to - begin) };
    at = end;
  }
}
