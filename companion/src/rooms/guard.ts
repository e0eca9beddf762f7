/**
 * Rule S6: what an update must be before Yjs may see it. Yjs trusts its peers:
 * a struct of length zero or one unknown origin spoils a room for good, and
 * nothing that was applied can be taken back.
 */
import type { Decoder } from 'lib0/decoding';
import * as Y from 'yjs';

/** Why an update may not be applied. */
export class Violation extends Error {
  /**
   * `unknown`: it builds on something that the room does not have, which an
   * honest page can do while the room asks it for what is missing.
   */
  readonly kind: 'malformed' | 'unknown';

  constructor(kind: 'malformed' | 'unknown', message: string) {
    super(message);
    this.name = 'Violation';
    this.kind = kind;
  }
}

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
};

const CLIENTS_BELOW = 2 ** 32;
const CLOCKS_BELOW = 2 ** 31;
/** Ranges of one delete set; a step 2 repeats every deletion there ever was. */
const DELETIONS_MOST = 1_000_000;
const VALUE_DEPTH_MOST = 100;
const TYPE_DEPTH_MOST = 32;

type Struct = Y.Item | Y.GC;
type SharedType = Y.ContentType['type'];
/** Where an item stands; null below something that was deleted. */
type Place = { type: SharedType; key: string | null } | null;

function malformed(message: string): Violation {
  return new Violation('malformed', message);
}

function unknown(message: string): Violation {
  return new Violation('unknown', message);
}

/** Set by the reader below; `decodeUpdateV2` makes its decoder itself and keeps it. */
let lastReader: BoundedReader | null = null;
let structsLeft = 0;

/** Reads as Yjs does, but gives up early, and remembers where it ended. */
class BoundedReader extends Y.UpdateDecoderV1 {
  readonly sections: number[] = [];
  #deletionsLeft = DELETIONS_MOST;

  constructor(decoder: Decoder) {
    super(decoder);
    lastReader = this;
  }

  override readInfo(): number {
    if (--structsLeft < 0) {
      throw malformed('too many structs');
    }
    return super.readInfo();
  }

  override readClient(): number {
    const client = super.readClient();
    this.sections.push(client);
    return client;
  }

  override readDsClock(): number {
    if (--this.#deletionsLeft < 0) {
      throw malformed('too many deletions');
    }
    return super.readDsClock();
  }
}

function decode(
  update: Uint8Array,
  most: number
): ReturnType<typeof Y.decodeUpdate> {
  structsLeft = most;
  lastReader = null;
  let decoded: ReturnType<typeof Y.decodeUpdate>;
  try {
    decoded = Y.decodeUpdateV2(update, BoundedReader);
  } catch (error) {
    throw error instanceof Violation ? error : malformed('cannot be decoded');
  }
  // Assigned while decoding, which control flow analysis cannot see.
  const reader = lastReader as BoundedReader | null;
  if (reader === null || reader.restDecoder.pos !== update.length) {
    throw malformed('not consumed to its last byte');
  }
  // Yjs keeps only the last of two sections of one client: the first would be a gap.
  if (new Set(reader.sections).size !== reader.sections.length) {
    throw malformed('one client twice');
  }
  return decoded;
}

/** Values must be JSON, and not so deep that encoding them again overflows the stack. */
function checkValues(values: readonly unknown[]): void {
  let level: unknown[] = [...values];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > VALUE_DEPTH_MOST) {
      throw malformed('a value is nested too deeply');
    }
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'bigint' || value instanceof Uint8Array) {
        throw malformed('a value is not JSON');
      }
      if (typeof value === 'object' && value !== null) {
        for (const inner of Object.values(value)) {
          next.push(inner);
        }
      }
    }
    level = next;
  }
}

const sharedTypes: readonly unknown[] = [Y.Map, Y.Array, Y.Text];

function checkContent(item: Y.Item): void {
  const { content } = item;
  if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON) {
    checkValues(content.arr);
  } else if (content instanceof Y.ContentType) {
    if (!sharedTypes.includes(content.type.constructor)) {
      throw malformed('a type that no document has');
    }
  } else if (!(
    content instanceof Y.ContentString || content instanceof Y.ContentDeleted
  )) {
    throw malformed('content that no document has');
  }
}

function sameId(a: Y.ID | null, b: Y.ID): boolean {
  return a !== null && a.client === b.client && a.clock === b.clock;
}

/** Walks the structs of one update in an order in which Yjs can integrate them. */
class Walk {
  readonly #doc: Y.Doc;
  readonly #byClient = new Map<number, Struct[]>();
  readonly #next = new Map<number, number>();
  readonly #places = new Map<Struct, Place>();
  readonly #depths = new Map<SharedType, number>();

  constructor(doc: Y.Doc, structs: readonly Struct[]) {
    this.#doc = doc;
    for (const struct of structs) {
      const list = this.#byClient.get(struct.id.client);
      if (list === undefined) {
        this.#byClient.set(struct.id.client, [struct]);
      } else {
        list.push(struct);
      }
    }
  }

  get clients(): IterableIterator<[number, Struct[]]> {
    return this.#byClient.entries();
  }

  known(client: number): number {
    return Y.getState(this.#doc.store, client);
  }

  /** The clock up to which `client` will be known once the update is applied. */
  end(client: number): number {
    const last = this.#byClient.get(client)?.at(-1);
    const known = this.known(client);
    return last === undefined
      ? known
      : Math.max(known, last.id.clock + last.length);
  }

  /** Throws unless every struct can be integrated without waiting for anything. */
  run(): void {
    for (const client of this.#byClient.keys()) {
      const stack = [client];
      const onStack = new Set(stack);
      while (stack.length > 0) {
        const top = stack[stack.length - 1]!;
        const blockedBy = this.#advance(top);
        if (blockedBy === null) {
          stack.pop();
          onStack.delete(top);
        } else if (onStack.has(blockedBy)) {
          throw unknown('structs wait for each other');
        } else {
          stack.push(blockedBy);
          onStack.add(blockedBy);
        }
      }
    }
  }

  /** Goes on with one client to its end, or answers which client must go on first. */
  #advance(client: number): number | null {
    const list = this.#byClient.get(client)!;
    for (
      let index = this.#next.get(client) ?? 0;
      index < list.length;
      index++
    ) {
      const struct = list[index]!;
      this.#next.set(client, index);
      if (struct instanceof Y.Item) {
        for (const id of this.#dependencies(struct)) {
          if (!this.#isThere(id, struct.id)) {
            return id.client;
          }
        }
        this.#places.set(struct, this.#placeOf(struct));
      }
    }
    this.#next.set(client, list.length);
    return null;
  }

  #dependencies(item: Y.Item): Y.ID[] {
    const parent: unknown = item.parent;
    return [
      item.origin,
      item.rightOrigin,
      parent instanceof Y.ID ? parent : null
    ].filter((id): id is Y.ID => id !== null);
  }

  /** Whether `id` is integrated before the struct at `from`; throws when it never will be. */
  #isThere(id: Y.ID, from: Y.ID): boolean {
    if (id.client === from.client) {
      if (id.clock >= from.clock) {
        throw malformed('a struct refers to itself or to a later one');
      }
      return true;
    }
    if (id.clock < this.known(id.client)) {
      return true;
    }
    if (id.clock >= this.end(id.client)) {
      throw unknown('an origin or parent is not known');
    }
    const list = this.#byClient.get(id.client)!;
    const waiting = list[this.#next.get(id.client) ?? 0];
    return waiting === undefined || id.clock < waiting.id.clock;
  }

  #find(id: Y.ID): Struct {
    if (id.clock < this.known(id.client)) {
      return Y.getItem(this.#doc.store, id);
    }
    const list = this.#byClient.get(id.client)!;
    let low = 0;
    let high = list.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (list[middle]!.id.clock <= id.clock) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return list[low]!;
  }

  #standsAt(id: Y.ID): Place {
    const struct = this.#find(id);
    if (!(struct instanceof Y.Item)) {
      return null;
    }
    const inUpdate = this.#places.get(struct);
    if (inUpdate !== undefined) {
      return inUpdate;
    }
    return struct.parent instanceof Y.AbstractType
      ? { type: struct.parent, key: struct.parentSub }
      : null;
  }

  /** Where an item will stand, after checking that all it says of it agrees. */
  #placeOf(item: Y.Item): Place {
    let place = this.#declaredPlace(item);
    if (item.id.clock < this.known(item.id.client)) {
      const stored = this.#standsAt(item.id);
      place = place === null ? null : agree(place, stored);
    }
    if (place !== null) {
      this.#checkPlace(place, item);
    }
    return place;
  }

  #declaredPlace(item: Y.Item): Place {
    if (item.origin !== null || item.rightOrigin !== null) {
      if (sameId(item.origin, item.rightOrigin ?? item.id)) {
        throw malformed('an item stands left and right of the same one');
      }
      const left = item.origin && this.#standsAt(item.origin);
      const right = item.rightOrigin && this.#standsAt(item.rightOrigin);
      if (item.origin === null) {
        return right;
      }
      return item.rightOrigin === null ? left : agree(left, right);
    }
    const parent: unknown = item.parent;
    if (typeof parent === 'string') {
      const root = this.#doc.share.get(parent);
      if (root === undefined) {
        throw malformed('a top-level name that no document has');
      }
      return { type: root, key: item.parentSub };
    }
    return parent instanceof Y.ID ? this.#below(parent, item.parentSub) : null;
  }

  #below(id: Y.ID, key: string | null): Place {
    const struct = this.#find(id);
    if (
      !(struct instanceof Y.Item) ||
      struct.content instanceof Y.ContentDeleted
    ) {
      return null;
    }
    if (!(struct.content instanceof Y.ContentType)) {
      throw malformed('a parent that can hold nothing');
    }
    return { type: struct.content.type, key };
  }

  #checkPlace(
    { type, key }: { type: SharedType; key: string | null },
    item: Y.Item
  ): void {
    if ((type.constructor === Y.Map) !== (key !== null)) {
      throw malformed('a map without key or a list with one');
    }
    const { content } = item;
    if (
      type.constructor === Y.Text &&
      !(
        content instanceof Y.ContentString ||
        content instanceof Y.ContentDeleted
      )
    ) {
      throw malformed('a text holds more than text');
    }
    if (content instanceof Y.ContentString && type.constructor !== Y.Text) {
      throw malformed('text outside of a text');
    }
    if (content instanceof Y.ContentType) {
      const depth = this.#depthOf(type) + 1;
      if (depth > TYPE_DEPTH_MOST) {
        throw malformed('types are nested too deeply');
      }
      this.#depths.set(content.type, depth);
    }
  }

  #depthOf(type: SharedType): number {
    const inUpdate = this.#depths.get(type);
    if (inUpdate !== undefined) {
      return inUpdate;
    }
    let depth = 0;
    for (
      let at = type._item;
      at !== null && depth <= TYPE_DEPTH_MOST;
      depth++
    ) {
      at = at.parent instanceof Y.AbstractType ? at.parent._item : null;
    }
    return depth;
  }
}

/** One place, if two neighbours stand in the same; null below something deleted. */
function agree(a: Place, b: Place): Place {
  if (a === null || b === null) {
    return null;
  }
  if (a.type !== b.type || a.key !== b.key) {
    throw malformed('neighbours that do not stand together');
  }
  return a;
}

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

function newDeletions(
  doc: Y.Doc,
  walk: Walk,
  deleted: ReturnType<typeof Y.decodeUpdate>['ds']
): number {
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

/** Checks an update against the room; throws a {@link Violation} or says what is new in it. */
export function guard(update: Uint8Array, context: GuardContext): Guarded {
  const { doc, user } = context;
  const { structs, ds } = decode(update, context.structsPerMessage);
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
  return { fresh, newClients, deletes: deletions > 0 };
}
