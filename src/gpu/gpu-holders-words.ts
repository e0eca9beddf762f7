import type { Consumer, UsageSample } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { consumerName } from '../ui/consumer-name';
import { language } from '../ui/language';
import { bytesWords, durationWords, reported } from '../ui/units';

/** A kernel that has done nothing for as long as this only holds the GPU. */
const IDLE_MS = 15 * 60_000;

/** A notebook of ours that holds a GPU and does nothing with it. */
export type IdleHolder = { key: string; name: string; text: string };

type Where = { gpu: string; time: number };

/** Those of this server that hold this GPU, the largest first. */
function holdersOf(
  { consumers }: UsageSample,
  gpu: string
): [string, Consumer, number | null][] {
  return Object.entries(consumers)
    .flatMap(([key, consumer]): [string, Consumer, number | null][] => {
      const held = consumer.gpus?.[gpu];
      return held === undefined ? [] : [[key, consumer, held]];
    })
    .sort(([, , one], [, , other]) => (other ?? -1) - (one ?? -1));
}

const listWords = (names: readonly string[]) =>
  new Intl.ListFormat(language(), { type: 'conjunction' }).format(names);

const isIdle = ({ kind, state, activeAt }: Consumer, time: number) =>
  kind === 'kernel' &&
  state === 'idle' &&
  activeAt !== undefined &&
  time - activeAt >= IDLE_MS;

/**
 * Who holds this GPU: one line for each, and one for all others together.
 * Those who have been idle for long have sentences of their own.
 */
export function holderWords(
  trans: TranslationBundle,
  sample: UsageSample,
  { gpu, time }: Where
): string[] {
  const holders = holdersOf(sample, gpu);
  const lines = holders.flatMap(([, consumer, held]) =>
    held === null || isIdle(consumer, time)
      ? []
      : [
          trans.__(
            '%1: %2',
            consumerName(trans, consumer),
            bytesWords(trans, held)
          )
        ]
  );
  const sharing = holders
    .filter(([, , held]) => held === null)
    .map(([, consumer]) => consumerName(trans, consumer));
  if (sharing.length > 0) {
    lines.push(
      sharing.length === 1
        ? trans.__('%1: how much is not reported', sharing.join(''))
        : trans.__('Shared by %1: cannot be split', listWords(sharing))
    );
  }
  const { others } = sample.gpus[gpu] ?? {};
  if (others !== undefined && others.processes > 0) {
    lines.push(
      trans._n(
        '%1 process of other people, %2',
        '%1 processes of other people, %2',
        others.processes,
        reported(trans, others.memory, bytesWords)
      )
    );
  }
  return lines;
}

/** Kernels that hold this GPU and have been idle for long. */
export function idleHolders(
  trans: TranslationBundle,
  sample: UsageSample,
  { gpu, time }: Where
): IdleHolder[] {
  return holdersOf(sample, gpu).flatMap(([key, consumer, held]) => {
    if (!isIdle(consumer, time)) {
      return [];
    }
    const name = consumerName(trans, consumer);
    const idle = time - (consumer.activeAt ?? time);
    const since = durationWords(trans, idle / 1000);
    const text =
      held === null
        ? trans.__('%1 holds this GPU and has been idle for %2.', name, since)
        : trans.__(
            '%1 holds %2 and has been idle for %3.',
            name,
            bytesWords(trans, held),
            since
          );
    return [{ key, name, text }];
  });
}
