/**
 * Puts guarded structs into a document, as `Y.applyUpdate` would, but with a
 * bound on the work. Where Yjs has to find the place of an item among others
 * that were inserted at the same spot, it walks over them; 20,000 structs made
 * for the purpose keep it busy for minutes. Honest edits take a few steps.
 */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { Decoded } from './decode-update.ts';
import type { Guarded } from './guard.ts';
import { malformed } from './violation.ts';

/** About a fifth of a second. */
const STEPS_MOST = 200_000;

function sameId(a: Y.ID | null, b: Y.ID | null): boolean {
  return Y.compareIDs(a, b);
}

/** The first item that may stand where `item` wants to, or null where it just fits in. */
function firstRival(
  item: Y.Item,
  parent: Y.ContentType['type']
): { rival: Y.Item | null; steps: number } {
  const { left, right, parentSub } = item;
  if (left !== null) {
    return { rival: left.right === right ? null : left.right, steps: 0 };
  }
  if (right !== null && right.left === null) {
    return { rival: null, steps: 0 };
  }
  let rival =
    parentSub === null ? parent._start : (parent._map.get(parentSub) ?? null);
  let steps = 0;
  while (
    parentSub !== null &&
    rival !== null &&
    rival.left !== null &&
    steps < STEPS_MOST
  ) {
    rival = rival.left;
    steps++;
  }
  return { rival, steps };
}

/** How many items Yjs will look at to find the place of this one; it has its neighbours already. */
function stepsToPlace(store: Y.Doc['store'], item: Y.Item): number {
  if (!(item.parent instanceof Y.AbstractType)) {
    return 0;
  }
  const first = firstRival(item, item.parent);
  let { steps } = first;
  const passed = new Set<Y.Item | Y.GC>();
  for (
    let at = first.rival;
    at !== null && at !== item.right && steps < STEPS_MOST;
    at = at.right
  ) {
    passed.add(at);
    steps++;
    if (sameId(item.origin, at.origin)) {
      if (
        at.id.client >= item.id.client &&
        sameId(item.rightOrigin, at.rightOrigin)
      ) {
        break;
      }
    } else if (at.origin === null || !passed.has(Y.getItem(store, at.origin))) {
      break;
    }
  }
  return steps;
}

/**
 * How many items stand between the neighbours that an item names. Throws when
 * the right one does not stand right of the left one: pages would then put the
 * item at different places, each by what it knows at that moment.
 */
function stepsBetween({ origin, left, right, parent }: Y.Item): number {
  if (!(parent instanceof Y.AbstractType)) {
    // Below something deleted: it has no place, and neighbours of no order.
    return 0;
  }
  const disorder = 'its neighbours stand in the wrong order';
  // Looking up the right one splits its item; a left one that this has cut
  // shorter stood right of it.
  if (left !== null && !sameId(left.lastId, origin)) {
    throw malformed(disorder);
  }
  let steps = 0;
  if (left !== null && right !== null) {
    let at = left.right;
    while (at !== right && steps < STEPS_MOST) {
      if (at === null) {
        throw malformed(disorder);
      }
      at = at.right;
      steps++;
    }
  }
  return steps;
}

/** An update that only deletes. */
function deletionsOnly(deletions: Decoded['ds']): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, deletions.clients.size);
  for (const [client, ranges] of deletions.clients) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, ranges.length);
    for (const { clock, len } of ranges) {
      encoding.writeVarUint(encoder, clock);
      encoding.writeVarUint(encoder, len);
    }
  }
  return encoding.toUint8Array(encoder);
}

/**
 * Answers how many steps it took. Throws a Violation half way when it would
 * take too long; the document is of no use then.
 */
export function integrate(
  transaction: Y.Transaction,
  guarded: Guarded
): number {
  const { doc } = transaction;
  let stepsLeft = STEPS_MOST;
  for (const struct of guarded.structs) {
    const known = Y.getState(doc.store, struct.id.client) - struct.id.clock;
    if (known >= struct.length) {
      continue;
    }
    if (struct instanceof Y.Item) {
      const parent: unknown = struct.parent;
      if (typeof parent === 'string') {
        struct.parent = doc.share.get(parent) ?? null;
      }
      if (struct.getMissing(transaction, doc.store) !== null) {
        throw malformed('it builds on something that is not there');
      }
      stepsLeft -=
        known > 0 ? 0 : stepsBetween(struct) + stepsToPlace(doc.store, struct);
      if (stepsLeft < 0) {
        throw malformed('too many edits at one place');
      }
    }
    struct.integrate(transaction, known);
  }
  if (guarded.deletes) {
    Y.applyUpdate(doc, deletionsOnly(guarded.deletions));
  }
  // Applying marks the transaction as foreign; a repair under our own client id is not.
  transaction.local = true;
  return STEPS_MOST - stepsLeft;
}
