import type {
  CpuUse,
  DiskUse,
  MemoryUse,
  NetworkUse
} from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { GaugeWords } from '../ui/gauge';
import type { Tone } from '../ui/meter';
import {
  bytesOfWords,
  bytesWords,
  coresOfWords,
  coresWords,
  durationWords,
  MIB,
  notReported,
  numberWords,
  percentOf,
  percentWords,
  rateWords,
  reported
} from '../ui/units';

const HIGH_PERCENT = 80;
const FULL_PERCENT = 90;
const LEAST_FREE = 1024 * MIB;
/** Below this, waiting is nothing that somebody would feel. */
const WAITING_PERCENT = 5;
const SLOWED_PERCENT = 1;
const VERY_SLOWED_PERCENT = 25;
/** A disk is measured now and then; only older figures say when. */
const DISK_OLD_S = 120;

function toneOf(percent: number | undefined): Tone {
  const { full, high } = {
    full: (percent ?? 0) >= FULL_PERCENT,
    high: (percent ?? 0) >= HIGH_PERCENT
  };
  return full ? 'full' : high ? 'high' : 'ok';
}

/** What a tone says without its colour; undefined while there is nothing to say. */
export function toneWords(
  trans: TranslationBundle,
  tone: Tone
): string | undefined {
  switch (tone) {
    case 'ok':
      return undefined;
    case 'high':
      return trans.__('high');
    case 'full':
      return trans.__('almost full');
  }
}

const joined = (...parts: readonly (string | undefined)[]) =>
  parts.filter(part => part !== undefined).join(' · ') || undefined;

/** What kind of limit it is. */
function limitWords(
  trans: TranslationBundle,
  limitBy: 'cgroup' | 'hub' | undefined,
  limit: number | undefined
): string {
  if (limit === undefined) {
    return trans.__('Whole machine, shared with others');
  }
  switch (limitBy) {
    case 'hub':
      return trans.__('Limit set by the hub; it may not be enforced');
    case 'cgroup':
    case undefined:
      return trans.__('Limit of this container');
  }
}

export function memoryGauge(
  trans: TranslationBundle,
  memory: MemoryUse
): GaugeWords {
  const { used, peak, pressure } = memory;
  const most = memory.limit ?? memory.total;
  const label = trans.__('Memory');
  const peakWords =
    peak === undefined
      ? undefined
      : trans.__('peak %1', bytesWords(trans, peak));
  const notes = [
    joined(limitWords(trans, memory.limitBy, memory.limit), peakWords) ?? ''
  ];
  if (used === undefined || most === undefined) {
    return { label, value: reported(trans, used, bytesWords), notes };
  }
  const percent = percentOf(used, most);
  const tone = toneOf(percent);
  const waits =
    pressure === undefined || pressure < WAITING_PERCENT
      ? undefined
      : trans.__(
          'waits for memory %1 of the time',
          percentWords(trans, pressure)
        );
  return {
    label,
    value: bytesOfWords(trans, used, most),
    percent,
    tone,
    state: joined(toneWords(trans, tone), waits),
    notes
  };
}

/** What counts against the limit and what does not, a line each. */
export function memoryParts(
  trans: TranslationBundle,
  memory: MemoryUse
): string[] {
  const { shared, cache, swap, total, limit, oomKills } = memory;
  const lines: string[] = [];
  const add = (
    bytes: number | undefined,
    words: (size: string) => string
  ): void => {
    if (bytes !== undefined) {
      lines.push(words(bytesWords(trans, bytes)));
    }
  };
  add(shared, size =>
    trans.__(
      'Files in /dev/shm and shared memory: %1. They count against the limit until they are deleted.',
      size
    )
  );
  add(cache, size =>
    trans.__('File cache: %1, freed when memory is needed.', size)
  );
  add(swap, size => trans.__('Moved out to swap: %1.', size));
  if (limit !== undefined) {
    add(total, size =>
      trans.__('The whole machine has %1, shared with others.', size)
    );
  }
  if (oomKills !== undefined && oomKills > 0) {
    lines.push(
      trans._n(
        '%1 process was ended for lack of memory since this server started.',
        '%1 processes were ended for lack of memory since this server started.',
        oomKills
      )
    );
  }
  return lines;
}

export function cpuGauge(trans: TranslationBundle, cpu: CpuUse): GaugeWords {
  const { used, throttled = 0, pressure = 0 } = cpu;
  const most = cpu.limit ?? cpu.total;
  const label = trans.__('CPU');
  const notes = [limitWords(trans, cpu.limitBy, cpu.limit)];
  const slowed =
    throttled < SLOWED_PERCENT
      ? undefined
      : trans.__('slowed down %1 of the time', percentWords(trans, throttled));
  const waits =
    pressure < WAITING_PERCENT
      ? undefined
      : trans.__(
          'waits for a CPU %1 of the time',
          percentWords(trans, pressure)
        );
  const state = joined(slowed, waits);
  if (used === undefined || most === undefined) {
    return { label, value: reported(trans, used, coresWords), state, notes };
  }
  return {
    label,
    value: coresOfWords(trans, used, most),
    percent: percentOf(used, most),
    tone: throttled >= VERY_SLOWED_PERCENT ? 'high' : 'ok',
    state,
    notes
  };
}

/** How full the home is; undefined where there is nothing to be full of. */
export function diskPercent(disk: DiskUse | undefined): number | undefined {
  return disk?.used === undefined ||
    disk.limit === undefined ||
    disk.by === 'machine'
    ? undefined
    : percentOf(disk.used, disk.limit);
}

export function diskGauge(
  trans: TranslationBundle,
  disk: DiskUse,
  time: number
): GaugeWords {
  const percent = diskPercent(disk);
  const isShort =
    disk.by !== 'machine' &&
    percent !== undefined &&
    (disk.free ?? LEAST_FREE) < LEAST_FREE;
  const tone = isShort && percent >= HIGH_PERCENT ? 'full' : toneOf(percent);
  const old = (time - disk.measuredAt) / 1000;
  const age =
    old < DISK_OLD_S
      ? undefined
      : trans.__('measured %1 ago', durationWords(trans, old));
  return {
    label: trans.__('Disk'),
    value: diskValue(trans, disk),
    percent,
    tone,
    state: toneWords(trans, tone),
    notes: [joined(diskKind(trans, disk), age) ?? '']
  };
}

function diskValue(trans: TranslationBundle, disk: DiskUse): string {
  const { used, limit, free, by } = disk;
  if (by !== 'machine' && used !== undefined) {
    return limit === undefined
      ? bytesWords(trans, used)
      : bytesOfWords(trans, used, limit);
  }
  return free === undefined
    ? notReported(trans)
    : trans.__('%1 free', bytesWords(trans, free));
}

function diskKind(trans: TranslationBundle, { by }: DiskUse): string {
  switch (by) {
    case 'quota':
      return trans.__('Quota of your home folder');
    case 'volume':
      return trans.__('Volume of your home folder');
    case 'scan':
      return trans.__('Size of the files in your home folder');
    case 'machine':
      return trans.__('On a disk shared with others');
  }
}

export function networkGauge(
  trans: TranslationBundle,
  network: NetworkUse
): GaugeWords {
  const { received, sent, of } = network;
  return {
    label: trans.__('Network'),
    value: trans.__(
      'in %1, out %2',
      reported(trans, received, rateWords),
      reported(trans, sent, rateWords)
    ),
    notes:
      of === 'server' ? [] : [trans.__('Whole machine, shared with others')]
  };
}

/** The number of something for a heading, such as "Kernels and terminals (12)". */
export function countedTitle(
  trans: TranslationBundle,
  title: string,
  count: number
): string {
  return trans.__('%1 (%2)', title, numberWords(count));
}
