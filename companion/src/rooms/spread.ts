import type { JournalRow } from '../storage/store.ts';
import type { Member } from './member.ts';
import { framesOf } from './merge.ts';

/** Carries edits that are on disk to everybody who lacks them (S2). */
export class Spread {
  /** The sender of each row that is not on disk; null where everybody must hear of it. */
  readonly #senders = new Map<number, Member | null>();

  accepted(seq: number, sender: Member | null): void {
    this.#senders.set(seq, sender);
  }

  durable(rows: readonly JournalRow[], members: Iterable<Member>): void {
    const senders = new Set(
      rows.map(row => this.#senders.get(row.seq) ?? null)
    );
    for (const row of rows) {
      this.#senders.delete(row.seq);
    }
    const [only] = senders;
    const last = rows[rows.length - 1]!.seq;
    let frames: Uint8Array[] | null = null;
    for (const member of members) {
      const hasIt = senders.size === 1 && member === only;
      if (!hasIt && member.syncedTo !== null && member.syncedTo < last) {
        frames ??= framesOf(rows.map(row => row.update));
        frames.forEach(frame => member.connection.send(frame));
      }
    }
  }
}
