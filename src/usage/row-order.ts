import type { Consumer } from '@jupyterlab-commons/protocol';
import * as React from 'react';
import { idleMs } from './consumer-words';

export type SortColumn = 'name' | 'memory' | 'cpu' | 'gpu' | 'idle';
export type Sort = { by: SortColumn; descending: boolean };

/** `plots-10` stands after `plots-9`. */
const inOrder = new Intl.Collator(undefined, { numeric: true });

type Consumers = Readonly<Record<string, Consumer>>;

/** Rows change places at most this often, unless somebody asks. */
const AGAIN_MS = 10_000;

function figure(
  consumer: Consumer,
  by: Exclude<SortColumn, 'name'>,
  time: number
): number | undefined {
  switch (by) {
    case 'memory':
      return consumer.memory;
    case 'cpu':
      return consumer.cpu;
    case 'gpu': {
      const held = Object.values(consumer.gpus ?? {});
      return held.length === 0
        ? undefined
        : held.reduce<number>((sum, bytes) => sum + (bytes ?? 1), 0);
    }
    case 'idle':
      return consumer.kind === 'kernel' || consumer.kind === 'terminal'
        ? idleMs(consumer, time)
        : undefined;
  }
}

/** The keys in order. What is not reported stands last, whichever way it is sorted. */
export function sortKeys(
  consumers: Consumers,
  { by, descending }: Sort,
  time: number
): string[] {
  const sign = descending ? -1 : 1;
  const byName = (a: string, b: string) =>
    inOrder.compare(consumers[a]!.name, consumers[b]!.name) || (a < b ? -1 : 1);
  return Object.keys(consumers).sort((a, b) => {
    if (by === 'name') {
      return sign * byName(a, b);
    }
    const one = figure(consumers[a]!, by, time);
    const other = figure(consumers[b]!, by, time);
    if (one === undefined || other === undefined) {
      return (
        Number(one === undefined) - Number(other === undefined) || byName(a, b)
      );
    }
    return sign * (one - other) || byName(a, b);
  });
}

/**
 * The rows in an order that holds still: sorted again when `sort` is another
 * object, else every ten seconds and never while `isHeld` (the pointer or the
 * focus is on them). What is new stands at the end until then.
 */
export function useRowOrder(
  consumers: Consumers,
  options: { sort: Sort; time: number; isHeld: boolean }
): string[] {
  const { sort, time, isHeld } = options;
  const sorted = () => ({ keys: sortKeys(consumers, sort, time), sort, time });
  const [order, setOrder] = React.useState(sorted);
  let current = order;
  if (
    order.sort !== sort ||
    (!isHeld && Math.abs(time - order.time) >= AGAIN_MS)
  ) {
    current = sorted();
    setOrder(current);
  }
  const kept = current.keys.filter(key => Object.hasOwn(consumers, key));
  const known = new Set(kept);
  const added = Object.keys(consumers).filter(key => !known.has(key));
  return [...kept, ...added];
}
