/**
 * Rule S6: what an update must be before Yjs may see it. Yjs trusts its peers:
 * a struct of length zero or one unknown origin spoils a room for good, and
 * nothing that was applied can be taken back.
 */
import * as Y from 'yjs';
import { decodeUpdate, type Decoded } from './decode-update.ts';
import { checkContent } from './values.ts';
import { malformed, unknown } from './violation.ts';
import { Walk, type Struct } from './walk.ts';

export type GuardContext = {
  doc: Y.Doc;
  user: string;
  /** Whose a client id is; undefined for one that nobody has written under. */
  ownerOf(client: number): string | undefined;
  /** Whose it will be once they write; undefined where anybody may take it. */
  reservedFor(client: number): string | undefined;
  /** How many new client ids this connection may still bring. */
  newClientsLeft: number;
  /** Structs and new deletions that one update may hold. */
  structsPerMessage: number;
};

/** An update that is safe to apply. */
export type Guarded = {
  /** Structs that the room does not have yet, each at its first unknown clock. */
  fresh: Y.ID[];
  /** Client ids that from now on belong to the sender. */
  newClients: number[];
  /** Whether it deletes something that is not deleted yet. */
  deletes: boolean;
  /** The decoded structs, each after all that it builds on. */
  structs: Struct[];
  deletions: Decoded['ds'];
};

const CLIENTS_BELOW = 2 ** 32;
const CLOCKS_BELOW = 2 ** 31;

function checkStructs(list: readonly Struct[], known: number): void {
  const first = list[0]!;
  if (first.id.client >= CLIENTS_BELOW) {
    throw malformed('a client id out of range');
  }
  if (first.id.clock > known) {
    throw unknown('a gap in the clocks');
  }
  for (const struct of list) {
    if (!(struct instanceof Y.Item || struct instanceof Y.GC)) {
      throw malformed('a struct that is neither item nor GC');
    }
    if (
      !(struct.length > 0) ||
      struct.id.clock + struct.length >= CLOCKS_BELOW
    ) {
      throw malformed('a length or clock out of range');
    }
    if (struct instanceof Y.Item) {
      checkContent(struct);
    }
  }
}

/** Whether everything from `clock` on, `length` long, is deleted already. */
function isGone(
  doc: Y.Doc,
  client: number,
  clock: number,
  length: number
): boolean {
  const structs = doc.store.clients.get(client);
  if (structs === undefined || clock + length > Y.getState(doc.store, client)) {
    return false;
  }
  for (
    let index = Y.findIndexSS(structs, clock);
    index < structs.length;
    index++
  ) {
    const struct = structs[index]!;
    if (struct.id.clock >= clock + length) {
      break;
    }
    if (!struct.deleted) {
      return false;
    }
  }
  return true;
}

function newDeletions(doc: Y.Doc, walk: Walk, deleted: Decoded['ds']): number {
  let count = 0;
  for (const [client, ranges] of deleted.clients) {
    const end = walk.end(client);
    for (const { clock, len } of ranges) {
      if (len <= 0) {
        throw malformed('a deletion of nothing');
      }
      if (clock + len > end) {
        throw unknown('a deletion of something not known');
      }
      if (!isGone(doc, client, clock, len)) {
        count++;
      }
    }
  }
  return count;
}

/** Checks an update against the room; throws a Violation or says what is new in it. */
export function guard(update: Uint8Array, context: GuardContext): Guarded {
  const { doc, user } = context;
  const { structs, ds } = decodeUpdate(update, context.structsPerMessage);
  // The decoder's type also allows Skip, which checkStructs refuses.
  const walk = new Walk(doc, structs as Struct[]);
  const fresh: Y.ID[] = [];
  const newClients: number[] = [];
  for (const [client, list] of walk.clients) {
    const known = walk.known(client);
    checkStructs(list, known);
    if (walk.end(client) === known) {
      continue;
    }
    const owner = context.ownerOf(client);
    if ((owner ?? context.reservedFor(client) ?? user) !== user) {
      throw malformed("somebody else's client id");
    }
    if (owner === undefined) {
      newClients.push(client);
    }
    for (const { id, length } of list) {
      if (id.clock + length > known) {
        fresh.push(Y.createID(client, Math.max(id.clock, known)));
      }
    }
  }
  if (newClients.length > context.newClientsLeft) {
    throw malformed('too many client ids');
  }
  walk.run();
  const deletions = newDeletions(doc, walk, ds);
  if (fresh.length + deletions > context.structsPerMessage) {
    throw malformed('too many structs and deletions');
  }
  return {
    fresh,
    newClients,
    deletes: deletions > 0,
    structs: walk.order,
    deletions: ds
  };
}
