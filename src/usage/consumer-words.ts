import type { Consumer, UsageSample } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { gpuOrder, gpuWords } from '../ui/gpu-words';
import {
  bytesWords,
  durationWords,
  notReported,
  numberWords,
  percentOf,
  reported
} from '../ui/units';
import type { UsageVerb } from '../ui/usage-widget';
import { shortName } from '../ui/words';
import { consumerName } from '../ui/consumer-name';

const MINUTE_MS = 60_000;

/** A row, ready to be drawn. It is flat, so that a row which says the same is not drawn again. */
export type ConsumerWords = {
  name: string;
  /** The whole path, for a tooltip. */
  title: string;
  /** Language, processes, peak. */
  facts: string;
  memory: string;
  /** Percent of the memory in use. */
  share: number;
  cpu: string;
  /** Absent: nothing is known of GPUs. Empty: it holds none. */
  gpu?: string;
  isGpuKnown: boolean;
  /** Absent: it is nothing that idles. */
  state?: string;
  isIdle: boolean;
  /** Whether its CPU is reported. */
  isMeasured: boolean;
  canOpen: boolean;
  /** A kernel has all verbs, a terminal can be shut down, the rest has none. */
  kind: Consumer['kind'];
};

/** Milliseconds since it did something; undefined where that is not reported. */
export function idleMs(
  { state, activeAt }: Consumer,
  time: number
): number | undefined {
  return state === 'busy' || state === 'starting'
    ? 0
    : activeAt === undefined
      ? undefined
      : Math.max(0, time - activeAt);
}

function idleWords(
  trans: TranslationBundle,
  consumer: Consumer,
  time: number
): string {
  const idle = idleMs(consumer, time);
  if (idle === undefined) {
    return consumer.state === 'idle' ? trans.__('idle') : notReported(trans);
  }
  if (idle < MINUTE_MS) {
    return consumer.kind === 'terminal' ? trans.__('active') : trans.__('idle');
  }
  return trans.__('idle %1', durationWords(trans, idle / 1000));
}

function stateWords(
  trans: TranslationBundle,
  consumer: Consumer,
  time: number
): string | undefined {
  if (consumer.kind === 'server' || consumer.kind === 'rest') {
    return undefined;
  }
  switch (consumer.state) {
    case 'busy':
      return trans.__('busy');
    case 'starting':
      return trans.__('starting');
    case 'dead':
      return trans.__('dead');
    case 'idle':
    case 'unknown':
    case undefined:
      return idleWords(trans, consumer, time);
  }
}

function processWords(
  trans: TranslationBundle,
  { processes, detached = 0 }: Consumer
): string | undefined {
  if (processes === undefined) {
    return undefined;
  }
  const all = trans._n('%1 process', '%1 processes', processes);
  return detached === 0
    ? all
    : trans.__('%1, %2 in the background', all, numberWords(detached));
}

/** Whether there is something to say about who holds GPUs. */
export function knowsGpus({ gpus, consumers, problems }: UsageSample): boolean {
  return (
    Object.keys(gpus).length > 0 &&
    (!problems.includes('GPU_PROCESSES_HIDDEN') ||
      Object.values(consumers).some(each => each.gpus !== undefined))
  );
}

/** Memory on all GPUs together; what cannot be split is "shared". */
function gpuMemory(
  trans: TranslationBundle,
  { gpus, remote }: Consumer,
  sample: UsageSample
): string | undefined {
  if (!knowsGpus(sample)) {
    return undefined;
  }
  const held = Object.values(gpus ?? {});
  if (held.length === 0) {
    return remote === true || sample.problems.includes('GPU_PROCESSES_HIDDEN')
      ? notReported(trans)
      : '';
  }
  const known = held.filter(bytes => bytes !== null);
  const size = bytesWords(
    trans,
    known.reduce((sum, bytes) => sum + bytes, 0)
  );
  return known.length === 0
    ? trans.__('shared')
    : known.length === held.length
      ? size
      : trans.__('%1 + shared', size);
}

/** Which GPUs it holds, for the tooltip. */
function gpuTitle(
  trans: TranslationBundle,
  { gpus }: Consumer,
  sample: UsageSample
): string[] {
  return gpus === undefined
    ? []
    : gpuOrder(sample.gpus)
        .filter(key => Object.hasOwn(gpus, key))
        .map(key => gpuWords(trans, sample.gpus, key));
}

export function consumerWords(
  trans: TranslationBundle,
  consumer: Consumer,
  { sample, time }: { sample: UsageSample; time: number }
): ConsumerWords {
  const { kind, path, language, memory, cpu, peak, remote } = consumer;
  const name = consumerName(trans, consumer);
  const facts = [
    language === undefined ? undefined : shortLanguage(language),
    remote === true ? trans.__('not measured here') : undefined,
    peak === undefined
      ? undefined
      : trans.__('peak %1', bytesWords(trans, peak)),
    processWords(trans, consumer)
  ].filter(each => each !== undefined);
  const away = trans.__('remote');
  return {
    name,
    title: [
      path === undefined ? name : shortPath(path),
      ...facts,
      ...gpuTitle(trans, consumer, sample)
    ].join('\n'),
    facts: facts.join(' · '),
    memory: remote ? away : reported(trans, memory, bytesWords),
    share: percentOf(memory ?? 0, sample.memory.used ?? 0),
    cpu: remote
      ? away
      : reported(trans, cpu, (_, cores) =>
          numberWords(cores, cores < 9.95 ? 2 : 1)
        ),
    gpu: gpuMemory(trans, consumer, sample),
    isGpuKnown: consumer.gpus !== undefined,
    state: stateWords(trans, consumer, time),
    isIdle: consumer.state === 'idle',
    isMeasured: remote !== true && cpu !== undefined,
    canOpen: kind === 'terminal' || (kind === 'kernel' && path !== undefined),
    kind
  };
}

/** "Python 3 (ipykernel)" names the package that runs it, which is no news. */
const shortLanguage = (language: string): string =>
  shortName(language).replace(/ \(ipykernel\)$/, '');

/** The end of a path is what tells it from others. */
function shortPath(path: string): string {
  return path.split('/').slice(-4).map(shortName).join('/');
}

/** What can be done with it besides opening it. */
export function verbsOf(kind: Consumer['kind']): UsageVerb[] {
  switch (kind) {
    case 'kernel':
      return ['interrupt', 'restart', 'shut-down'];
    case 'terminal':
      return ['shut-down'];
    case 'server':
    case 'rest':
      return [];
  }
}
