/** What is counted of what a server reports, split among what used it. Pure. */
import type { LinkSample } from '@jupyterlab-commons/protocol';
import type {
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

const nothing: ReportedAmounts = {
  cpuSeconds: 0,
  memoryByteSeconds: 0,
  gpuBusySeconds: 0,
  gpuHeldSeconds: 0
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

export const plus = (a: ReportedAmounts, b: ReportedAmounts) =>
  amountsOf(name => a[name] + b[name]);

/** A life of which nothing has been counted. */
export function newLife(
  user: string,
  server: string,
  boot: string,
  at: Millis
): ReportedLife {
  return { user, server, boot, at, counted: { ...nothing }, consumers: {} };
}

/**
 * What is new since `life` was last counted, by notebook, and the life after
 * it. The parts add up to what the server itself has used, which is cut to what
 * its limits allow; so a notebook can claim no more than there is.
 */
export function countReport(
  life: ReportedLife,
  delta: UsedDelta,
  sample: LinkSample
): { life: ReportedLife; parts: Part[] } {
  const added = amountsOf(name =>
    // All of a life is told when the companion has forgotten its samples.
    Math.max(0, delta[name] - (delta.from === null ? life.counted[name] : 0))
  );
  const claims = sample.consumers.map(consumer =>
    claimOf(consumer, life.consumers[consumer.key])
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
  return {
    life: {
      ...life,
      at: delta.to,
      counted: plus(life.counted, added),
      consumers: countersOf(life, sample)
    },
    parts: [...parts, { ...REST, ...rest }].filter(part => !isNothing(part))
  };
}

type Consumer = LinkSample['consumers'][number];

function claimOf(
  consumer: Consumer,
  before: ReportedLife['consumers'][string] | undefined
): Part {
  const grown = (name: 'cpuSeconds' | 'memoryByteSeconds' | 'gpuHeldSeconds') =>
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

/** The highest counters of those that are told of now; the others have ended, or used little. */
function countersOf(
  life: ReportedLife,
  sample: LinkSample
): ReportedLife['consumers'] {
  const entries = sample.consumers.map(consumer => {
    const before = life.consumers[consumer.key];
    const most = (
      name: 'cpuSeconds' | 'memoryByteSeconds' | 'gpuHeldSeconds'
    ) => Math.max(consumer[name], before?.[name] ?? 0);
    return [
      consumer.key,
      {
        cpuSeconds: most('cpuSeconds'),
        memoryByteSeconds: most('memoryByteSeconds'),
        gpuHeldSeconds: most('gpuHeldSeconds')
      }
    ] as const;
  });
  // Those that were told of before come back with what they had.
  const kept = Object.entries(life.consumers).slice(-2 * entries.length - 20);
  return Object.fromEntries([...kept, ...entries]);
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
