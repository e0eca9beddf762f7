import type {
  Consumer,
  Gpu,
  UsageHistory,
  UsageSample
} from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { amount, fixed, number } from './amounts';
import { consumerName } from '../ui/consumer-name';
import { noticeName } from '../ui/notice-name';
import { secondsUntilFull } from './outlook';
import type { Thresholds } from './settings';

export type Cause = 'memory' | 'disk' | 'gpu';

/** Something that is about to run out, in a sentence that fits a notification. */
export type Warning = {
  cause: Cause;
  /** `pace`: it will be full soon as it grows now. `level`: it almost is. */
  kind: 'pace' | 'level';
  text: string;
};

type Look = {
  sample: UsageSample;
  history: UsageHistory | null;
  thresholds: Thresholds;
  /** What was warned of at the last look: it ends a little later than it begins. */
  standing: ReadonlySet<Cause>;
};

const SOON_SECONDS = 120;
const STILL_SOON_SECONDS = 240;
const STILL_PERCENT = 5;
const HIGH_PERCENT = 80;
const MIB = 1024 ** 2;
const LEAST_FREE = 1024 * MIB;
/** On a machine without a limit others use memory too: only when it hurts. */
const PRESSED_PERCENT = 20;
/** Of the consumers' series: three minutes. */
const GROWTH_STEPS = 6;

export function warningsOf(trans: TranslationBundle, look: Look): Warning[] {
  return [
    memoryWarning(trans, look),
    diskWarning(trans, look),
    gpuWarning(trans, look)
  ].filter(each => each !== null);
}

/** The percentage from which there is a warning now. */
function least(percent: number, cause: Cause, { standing }: Look): number {
  return standing.has(cause) ? percent - STILL_PERCENT : percent;
}

function memoryWarning(trans: TranslationBundle, look: Look): Warning | null {
  const { sample, history, thresholds } = look;
  const { used, limit, total, pressure = 0 } = sample.memory;
  const most = limit ?? total;
  if (used === undefined || most === undefined) {
    return null;
  }
  const percent = percentOf(used, most);
  const isHigh = percent >= least(thresholds.memoryPercent, 'memory', look);
  if (limit === undefined) {
    return isHigh && pressure >= PRESSED_PERCENT
      ? { cause: 'memory', kind: 'level', text: machineWords(trans, sample) }
      : null;
  }
  const left = secondsUntilFull('memory', sample, history);
  const soon = look.standing.has('memory') ? STILL_SOON_SECONDS : SOON_SECONDS;
  if (left !== null && left <= soon) {
    const text = paceWords(trans, look, left);
    return { cause: 'memory', kind: 'pace', text };
  }
  return isHigh
    ? { cause: 'memory', kind: 'level', text: levelWords(trans, look, percent) }
    : null;
}

function paceWords(
  trans: TranslationBundle,
  { sample, history }: Look,
  left: number
): string {
  const { used = 0, limit = 0 } = sample.memory;
  const grower = mostGrown(sample, history) ?? largest(sample);
  const who = grower === null ? '' : nameOf(trans, grower);
  const size = ofMost(trans, grower?.memory ?? used, limit);
  if (left < 60) {
    return who === ''
      ? trans.__('Memory is full in less than a minute; %1 are used now.', size)
      : trans.__(
          '%1 uses %2; memory is full in less than a minute.',
          who,
          size
        );
  }
  const when = trans.__('%1 min', fixed(left / 60, 0));
  return who === ''
    ? trans.__('Memory is full in about %1; %2 are used now.', when, size)
    : trans.__('%1 uses %2; memory is full in about %3.', who, size, when);
}

function levelWords(
  trans: TranslationBundle,
  { sample }: Look,
  percent: number
): string {
  const { used = 0, limit = 0, shared = 0 } = sample.memory;
  const consumer = largest(sample);
  const full = trans.__('%1%', fixed(percent, 0));
  if (shared > (consumer?.memory ?? 0)) {
    return trans.__(
      'Memory is %1 full (%2); %3 of it are files in /dev/shm and shared memory.',
      full,
      ofMost(trans, used, limit),
      amount(shared)
    );
  }
  return consumer === null
    ? trans.__('Memory is %1 full (%2).', full, ofMost(trans, used, limit))
    : trans.__(
        '%1 uses %2; memory is %3 full.',
        nameOf(trans, consumer),
        ofMost(trans, consumer.memory ?? 0, limit),
        full
      );
}

function machineWords(trans: TranslationBundle, sample: UsageSample): string {
  const consumer = largest(sample);
  return consumer === null
    ? trans.__('This machine, which others share, is short of memory.')
    : trans.__(
        'This machine, which others share, is short of memory. Of yours %1 uses most, %2.',
        nameOf(trans, consumer),
        amount(consumer.memory ?? 0)
      );
}

const nameOf = (trans: TranslationBundle, consumer: Consumer) =>
  consumerName(trans, consumer, noticeName);

/** Only what a person has started can be named as the one to act on. */
const isOwn = ({ kind }: Consumer) => kind === 'kernel' || kind === 'terminal';

function largest({ consumers }: UsageSample): Consumer | null {
  const own = Object.values(consumers).filter(
    each => isOwn(each) && each.memory !== undefined
  );
  own.sort((one, other) => other.memory! - one.memory!);
  return own[0] ?? null;
}

/** What grew most in the last minutes, if it is by more than a little. */
function mostGrown(
  { consumers }: UsageSample,
  history: UsageHistory | null
): Consumer | null {
  let most = 16 * MIB;
  let found: Consumer | null = null;
  for (const [key, each] of Object.entries(consumers)) {
    const before = (history?.consumers[key] ?? [])
      .slice(-GROWTH_STEPS)
      .find(value => value !== null);
    const growth = (each.memory ?? 0) - (before ?? 0) * MIB;
    if (isOwn(each) && growth > most) {
      most = growth;
      found = each;
    }
  }
  return found;
}

function diskWarning(trans: TranslationBundle, look: Look): Warning | null {
  const { disk } = look.sample;
  if (disk === undefined) {
    return null;
  }
  const { used, limit, free, by } = disk;
  const room = look.standing.has('disk') ? LEAST_FREE * 1.2 : LEAST_FREE;
  const isShort = free !== undefined && free < room;
  const warn = (text: string): Warning => ({
    cause: 'disk',
    kind: 'level',
    text
  });
  if (by === 'machine' || used === undefined || limit === undefined) {
    return isShort
      ? warn(
          trans.__(
            'The disk of your home folder has only %1 left. Make room, or files cannot be saved.',
            amount(free)
          )
        )
      : null;
  }
  const percent = percentOf(used, limit);
  const isFull = percent >= least(look.thresholds.diskPercent, 'disk', look);
  return isFull || (isShort && percent >= HIGH_PERCENT)
    ? warn(
        trans.__(
          'Your home folder is %1 full (%2). Make room, or files cannot be saved.',
          trans.__('%1%', fixed(percent, 0)),
          ofMost(trans, used, limit)
        )
      )
    : null;
}

const gpuPercent = ({ memoryUsed = 0, memoryTotal = 0 }: Gpu) =>
  percentOf(memoryUsed, memoryTotal);

/** What other people have filled is not to be acted on. */
function isOurs({ consumers, problems }: UsageSample, key: string): boolean {
  return (
    problems.includes('GPU_PROCESSES_HIDDEN') ||
    Object.values(consumers).some(({ gpus }) => Object.hasOwn(gpus ?? {}, key))
  );
}

function gpuWarning(trans: TranslationBundle, look: Look): Warning | null {
  const { gpus, consumers } = look.sample;
  const from = least(look.thresholds.gpuMemoryPercent, 'gpu', look);
  const full = Object.entries(gpus)
    // A GPU that is split into parts is full when they are given out.
    .filter(([, gpu]) => gpu.mig !== true && gpuPercent(gpu) >= from)
    .filter(([key]) => isOurs(look.sample, key))
    .sort(([, one], [, other]) => gpuPercent(other) - gpuPercent(one));
  const [first] = full;
  if (first === undefined) {
    return null;
  }
  const [key, gpu] = first;
  const holder = Object.values(consumers)
    .filter(each => isOwn(each) && typeof each.gpus?.[key] === 'number')
    .sort((one, other) => other.gpus![key]! - one.gpus![key]!)[0];
  const size = ofMost(trans, gpu.memoryUsed ?? 0, gpu.memoryTotal ?? 0);
  const name = trans.__('GPU %1', gpu.index);
  const facts =
    holder === undefined
      ? trans.__('The memory of %1 is almost full (%2).', name, size)
      : trans.__(
          'The memory of %1 is almost full (%2); %3 holds %4.',
          name,
          size,
          nameOf(trans, holder),
          amount(holder.gpus![key]!)
        );
  const more = full.length - 1;
  const text =
    more === 0
      ? facts
      : trans._n('%2 %1 other GPU too.', '%2 %1 other GPUs too.', more, facts);
  return { cause: 'gpu', kind: 'level', text };
}

/** Whole percent, rounded down: nothing is called full before it is. */
const percentOf = (used: number, most: number) =>
  most > 0 ? Math.floor((100 * used) / most) : 0;

/** "3.2 of 4.0 GB". */
const ofMost = (trans: TranslationBundle, used: number, most: number) =>
  trans.__('%1 of %2', number(used, most), amount(most));
