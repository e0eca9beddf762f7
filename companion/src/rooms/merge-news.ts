import {
  encodeOwnMessage,
  MERGED_NAMES_MOST,
  type MergedMessage
} from '@jupyterlab-commons/protocol';
import { beginningOf } from './outline.ts';
import type { Clock, RoomConnection } from './types.ts';

/** A page that comes within this time hears of the last merge; it knows a merge it has heard of. */
const NEWS_MS = 60_000;

/** What pages are told of merges (F8), and of cells that come back after them (F10). */
export class MergeNews {
  readonly #clock: Clock;
  readonly #members: () => Iterable<RoomConnection>;
  #last: { merged: MergedMessage; at: number } | null = null;
  /** A change has been made, and is told when it is on disk. */
  #expected = false;
  #back: string[] = [];

  constructor(clock: Clock, members: () => Iterable<RoomConnection>) {
    this.#clock = clock;
    this.#members = members;
  }

  /** A change of the companion's own was made; what comes back from now on belongs to it. */
  readonly expect = (): void => {
    this.#expected = true;
  };

  tell(merged: MergedMessage): void {
    this.#expected = false;
    const told = withBack(merged, this.#back);
    this.#back = [];
    this.#last = { merged: told, at: this.#clock.now() };
    for (const connection of this.#members()) {
      connection.send(frameFor(connection, told));
    }
  }

  /** Cells with these texts are there again, since somebody was at work in them. */
  broughtBack(texts: readonly string[]): void {
    this.#back.push(...texts);
    if (!this.#expected && this.#last !== null) {
      this.tell(this.#last.merged);
    }
  }

  welcome(connection: RoomConnection): void {
    if (this.#last !== null && this.#clock.now() - this.#last.at < NEWS_MS) {
      connection.send(frameFor(connection, this.#last.merged));
    }
  }
}

/** The same merge, as it is now. */
function withBack(
  merged: MergedMessage,
  texts: readonly string[]
): MergedMessage {
  const names = texts.map(beginningOf).filter(name => name !== '');
  return {
    ...merged,
    deleted: Math.max(0, merged.deleted - texts.length),
    conflicts: merged.conflicts + texts.length,
    names: [...merged.names, ...names].slice(0, MERGED_NAMES_MOST)
  };
}

/** Where the outside version was put is a matter of the owner. */
function frameFor({ role }: RoomConnection, merged: MergedMessage): Uint8Array {
  const keptAs = role === 'owner' ? merged.keptAs : null;
  return encodeOwnMessage({ type: 'merged', ...merged, keptAs });
}
