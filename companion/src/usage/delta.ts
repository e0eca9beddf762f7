import type { LinkSample } from '@jupyterlab-commons/protocol';

/** The counters of a sample. They only grow while one life of a server lasts. */
export const counters = [
  'cpuSeconds',
  'memoryByteSeconds',
  'gpuBusySeconds',
  'gpuHeldSeconds'
] as const;
export type Amounts = Record<(typeof counters)[number], number>;

/**
 * What a server says it has used since its sample before. It is cut to what
 * the limits that the same server names would have allowed in that time, so it
 * cannot be absurd; it is a claim of the user nevertheless.
 */
export type UsedDelta = Amounts & {
  /** The life of the server that used it. */
  boot: string;
  /**
   * Milliseconds since 1970 by the companion's clock. `from` is null at the
   * first sample of a life that is heard: then it is all that this life has
   * used, and whoever has counted a part of it before takes that off.
   */
  from: number | null;
  to: number;
  /** More was claimed than can be; the rest is dropped for good. */
  cut: boolean;
};

/** What has to be remembered of one server between two samples. */
export type Account = {
  readonly boot: string;
  heardAt: number;
  /** The highest values heard of this life. */
  counted: Amounts;
  /** The most that each counter could grow in a second, at the last sample. */
  most: Amounts;
  /** Seconds of use that were allowed and not taken, at most `SPARE_SECONDS`. */
  spare: Amounts;
};

/** Makes `kept` what `now` is, without making anything anew. */
export function retain(kept: Account, now: Account): void {
  kept.heardAt = now.heardAt;
  Object.assign(kept.counted, now.counted);
  Object.assign(kept.most, now.most);
  Object.assign(kept.spare, now.spare);
}

/** A report may be this late and still lose nothing: the link is given up before. */
export const SPARE_SECONDS = 60;
/** A quota of CPU is overrun a little, and clocks differ a little. */
export const SPARE_SHARE = 0.02;
/** Larger than any machine and older than any server: what is believed where nothing is named. */
const LARGEST = {
  cores: 4096,
  memoryBytes: 2 ** 46,
  seconds: 366 * 86_400
};

/** A limit that only the hub has named may not be enforced, so true use can exceed it. */
function ceiling(
  { limit, limitBy, total }: LinkSample['cpu'] | LinkSample['memory'],
  largest: number
): number {
  const enforced = limitBy === 'hub' ? undefined : limit;
  return Math.min(enforced ?? largest, total ?? largest, largest);
}

function mostPerSecond(sample: LinkSample): Amounts {
  return {
    cpuSeconds: ceiling(sample.cpu, LARGEST.cores),
    memoryByteSeconds: ceiling(sample.memory, LARGEST.memoryBytes),
    gpuBusySeconds: sample.gpus,
    gpuHeldSeconds: sample.gpus
  };
}

const amounts = (of: (name: keyof Amounts) => number): Amounts => ({
  cpuSeconds: of('cpuSeconds'),
  memoryByteSeconds: of('memoryByteSeconds'),
  gpuBusySeconds: of('gpuBusySeconds'),
  gpuHeldSeconds: of('gpuHeldSeconds')
});

/**
 * Seconds for which this sample may claim use. Only where nothing was heard of
 * the server before are its own seconds taken.
 */
function elapsedSeconds(
  before: Account | null,
  sample: LinkSample,
  heardAt: number
): number {
  return before === null
    ? Math.min(sample.seconds, LARGEST.seconds)
    : // A clock that was put back has passed no time.
      Math.max(0, heardAt - before.heardAt) / 1000;
}

/**
 * The use between the sample that `before` stands for and this one, never
 * negative. Samples between the two may have been lost: since counters are
 * cumulative, the sum is the same. A new life begins at zero, but not with new
 * spare seconds, so that many short lives earn no more than one long one.
 */
export function usedSince(
  before: Account | null,
  sample: LinkSample,
  heardAt: number
): { account: Account; delta: UsedDelta } {
  const same = before?.boot === sample.boot ? before : null;
  const now = mostPerSecond(sample);
  // The limit may have been changed on the way; the higher one is taken.
  const most = amounts(name => Math.max(now[name], same?.most[name] ?? 0));
  const elapsed = elapsedSeconds(before, sample, heardAt) * (1 + SPARE_SHARE);
  const allowed = amounts(
    name => elapsed + (before?.spare[name] ?? SPARE_SECONDS)
  );
  const counted = amounts(name =>
    Math.max(sample[name], same?.counted[name] ?? 0)
  );
  const claimed = amounts(name => counted[name] - (same?.counted[name] ?? 0));
  const used = amounts(name =>
    Math.min(claimed[name], allowed[name] * most[name])
  );
  const spare = amounts(name => {
    const taken = most[name] > 0 ? used[name] / most[name] : 0;
    return Math.min(SPARE_SECONDS, Math.max(0, allowed[name] - taken));
  });
  return {
    account: { boot: sample.boot, heardAt, counted, most: now, spare },
    delta: {
      ...used,
      boot: sample.boot,
      from: same?.heardAt ?? null,
      to: heardAt,
      cut: counters.some(name => used[name] < claimed[name])
    }
  };
}
