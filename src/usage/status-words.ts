import type { Gpu, UsageSample } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { amount, fixed, number } from './amounts';
import type { UsageSettings } from './settings';

export type StatusTone = 'ok' | 'high' | 'full';

/** One figure in the status bar. */
export type StatusPart = {
  text: string;
  tone: StatusTone;
  /** The tone in a word; empty where all is well. */
  said: string;
  /** Characters of the longest text that is likely here, so that nothing jumps. */
  room: number;
};

/** All of it, and the same in one line without colours and signs. */
export type StatusWords = { parts: StatusPart[]; label: string };

type Shown = Pick<UsageSettings, 'showMemory' | 'showCpu' | 'showGpu'>;

const HIGH_PERCENT = 80;
/** As in the panel; nobody is told of two different edges. */
const FULL_PERCENT = 90;
/** So much of the time without a CPU is felt. */
const SLOWED_PERCENT = 25;

/** Null while there is nothing to show. */
export function statusWords(
  trans: TranslationBundle,
  sample: UsageSample,
  shown: Shown
): StatusWords | null {
  const parts = [
    shown.showMemory ? memoryPart(trans, sample) : null,
    shown.showCpu ? cpuPart(trans, sample) : null,
    shown.showGpu ? gpuPart(trans, sample) : null
  ]
    .filter(each => each !== null)
    .map(part => ({ ...part, said: toneWords(trans, part.tone) }));
  const label = parts
    .map(({ text, said }) =>
      said === '' ? text : trans.__('%1 (%2)', text, said)
    )
    .join(', ');
  return parts.length === 0 ? null : { parts, label };
}

type Figure = Omit<StatusPart, 'said'>;

function toneWords(trans: TranslationBundle, tone: StatusTone): string {
  switch (tone) {
    case 'ok':
      return '';
    case 'high':
      return trans.__('high');
    case 'full':
      return trans.__('almost full');
  }
}

function memoryPart(
  trans: TranslationBundle,
  { memory }: UsageSample
): Figure | null {
  const { used, limit = memory.total } = memory;
  if (used === undefined) {
    return null;
  }
  const words = (value: number) => trans.__('Mem %1', ofMost(value, limit));
  return {
    text: words(used),
    tone: toneOf(used, limit),
    room: words(limit ?? used).length
  };
}

/** Busy cores are what they are for; waiting for them is what slows people down. */
function cpuPart(
  trans: TranslationBundle,
  { cpu }: UsageSample
): Figure | null {
  const { used, limit = cpu.total, throttled = 0 } = cpu;
  if (used === undefined) {
    return null;
  }
  const words = (cores: number) =>
    limit === undefined
      ? trans.__('CPU %1', fixed(cores, 1))
      : trans.__('CPU %1/%2', fixed(cores, 1), fixed(limit, 0, 1));
  return {
    text: words(used),
    tone: throttled >= SLOWED_PERCENT ? 'high' : 'ok',
    room: words(limit ?? used).length
  };
}

/** How busy the GPUs are on average; where that is not reported, their memory. */
function gpuPart(
  trans: TranslationBundle,
  { gpus }: UsageSample
): Figure | null {
  // The parts of a split GPU count, not the whole of it.
  const each = Object.values(gpus).filter(gpu => gpu.mig !== true);
  const busy = each.flatMap(gpu => gpu.busy ?? []);
  const sized = each.filter(
    gpu => gpu.memoryUsed !== undefined && gpu.memoryTotal !== undefined
  );
  const sum = (pick: (gpu: Gpu) => number | undefined) =>
    sized.reduce((total, gpu) => total + (pick(gpu) ?? 0), 0);
  const used = sum(gpu => gpu.memoryUsed);
  const most = sum(gpu => gpu.memoryTotal);
  const tones = sized.map(gpu => toneOf(gpu.memoryUsed!, gpu.memoryTotal));
  const tone = tones.includes('full')
    ? 'full'
    : tones.includes('high')
      ? 'high'
      : 'ok';
  if (busy.length > 0) {
    const mean = busy.reduce((one, other) => one + other) / busy.length;
    const words = (percent: number) => trans.__('GPU %1%', fixed(percent, 0));
    return { text: words(mean), tone, room: words(100).length };
  }
  const words = (value: number) => trans.__('GPU %1', ofMost(value, most));
  return sized.length === 0
    ? null
    : { text: words(used), tone, room: words(most).length };
}

function toneOf(used: number, most: number | undefined): StatusTone {
  const percent = most === undefined || most === 0 ? 0 : (100 * used) / most;
  return percent >= FULL_PERCENT
    ? 'full'
    : percent >= HIGH_PERCENT
      ? 'high'
      : 'ok';
}

/** "3.2/4.0 GB". */
const ofMost = (used: number, most: number | undefined) =>
  most === undefined ? amount(used) : `${number(used, most)}/${amount(most)}`;
