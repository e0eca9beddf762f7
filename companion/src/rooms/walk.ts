import * as Y from 'yjs';
import { malformed, unknown } from './violation.ts';

const TYPE_DEPTH_MOST = 32;

export type Struct = Y.Item | Y.GC;
type SharedType = Y.ContentType['type'];
/** Where an item stands; null below something that was deleted. */
type Place = { type: SharedType; key: string | null } | null;

function sameId(a: Y.ID | null, b: Y.ID): boolean {
  return a !== null && a.client === b.client && a.clock === b.clock;
}

/** Walks the structs of one update in an order in which Yjs can integrate them. */
export class Walk {
  /** The structs in an order in which each can be integrated; filled by {@link Walk.run}. */
  readonly order: Struct[] = [];
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
      this.order.push(struct);
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
