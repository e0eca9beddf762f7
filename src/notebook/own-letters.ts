import type { YCellType } from '@jupyter/ydoc';
import { ContentString, isDeleted, type Text, type Transaction } from 'yjs';
import type { LiveNotebook } from './live-notebook';

/** What this page has typed into a cell that somebody else moved without having heard of it. */
export type OwnLetters = {
  id: string;
  /** In the order of the text; each place counts the pieces before it. */
  pieces: { at: number; text: string }[];
};

/** So long after it was typed a letter may still be on its way to others. */
const TRAVEL_MS = 5_000;
const MOST_NOTED = 100;

/** Knows since when letters of this page may not have been heard by everybody. */
export class OnTheWay {
  constructor(
    /** Whether there are edits that the companion has not said it has. */
    private readonly _isUnsaved: () => boolean
  ) {}

  /** After each transaction. */
  note({ local, doc, beforeState, afterState }: Transaction): void {
    const clock = beforeState.get(doc.clientID) ?? 0;
    if (local && afterState.get(doc.clientID) !== clock) {
      this._forget();
      if (this._noted.length >= MOST_NOTED) {
        // The first says where it begins, the newest how long to wait.
        this._noted.splice(1, 1);
      }
      this._noted.push({ clock, at: Date.now() });
    }
  }

  /** The clock of the first of them; Infinity for none. */
  get since(): number {
    this._forget();
    return this._noted[0]?.clock ?? Infinity;
  }

  private _forget(): void {
    const before = Date.now() - TRAVEL_MS;
    while (!this._isUnsaved() && (this._noted[0]?.at ?? Infinity) < before) {
      this._noted.shift();
    }
  }

  private readonly _noted: { clock: number; at: number }[] = [];
}

type SharedType = Parameters<Transaction['changed']['get']>[0];
type Letter = { letter: string; clock: number | null };

/**
 * What a transaction of somebody else would lose of what was typed here. A move
 * copies the text as whoever moves it knows it; letters that are on their way
 * then arrive in a cell that is no more. To be asked before observers are called.
 * What is older than `since` they had heard of: where it is missing they took it
 * away. The companion looks after its own moves (rule F10), and shows no presence.
 */
export function ownLettersLost(
  transaction: Transaction,
  notebook: LiveNotebook,
  since: number
): OwnLetters[] {
  const cells = notebook.ydoc.getArray<YCellType['ymodel']>('cells');
  const list = cells as unknown as SharedType;
  if (transaction.local || !transaction.changed.has(list)) {
    return [];
  }
  const gone = notebook.cells.filter(
    ({ ymodel }) => ymodel.get('id') === undefined
  );
  const now = new Map(cells.toArray().map(cell => [cell.get('id'), cell]));
  return gone.flatMap(({ ymodel, ysource }) => {
    const id = lastValue(ymodel, 'id');
    const copy = now.get(id);
    const by = copy?._item?.id.client;
    if (
      copy === undefined ||
      by === undefined ||
      // Also of somebody who has left since.
      !notebook.awareness.meta.has(by)
    ) {
      return [];
    }
    const letters = lettersOf(ysource, transaction);
    const pieces = missing(letters, String(copy.get('source')), since);
    return pieces.length === 0 ? [] : [{ id: String(id), pieces }];
  });
}

/** Puts them into the cell of that id. */
export function putLetters(
  { id, pieces }: OwnLetters,
  notebook: LiveNotebook
): void {
  const cells = notebook.ydoc.getArray<YCellType['ymodel']>('cells');
  const cell = cells.toArray().find(each => each.get('id') === id);
  const source = cell?.get('source') as Text | undefined;
  notebook.ydoc.transact(() => {
    for (const { at, text } of pieces) {
      source?.insert(at, text);
    }
  });
}

/** Of a map that was deleted in the transaction that is being told. */
function lastValue(map: YCellType['ymodel'], key: string): unknown {
  return map._map.get(key)?.content.getContent().at(-1);
}

/** The text as it was before; the clock of letters that this page wrote. */
function lettersOf(text: Text, { deleteSet, doc }: Transaction): Letter[] {
  const letters: Letter[] = [];
  for (let item = text._start; item !== null; item = item.right) {
    const { content, id } = item;
    if (content instanceof ContentString && isDeleted(deleteSet, id)) {
      const isOwn = id.client === doc.clientID;
      for (let at = 0; at < content.str.length; at++) {
        const clock = isOwn ? id.clock + at : null;
        letters.push({ letter: content.str[at]!, clock });
      }
    }
  }
  return letters;
}

/** The newest own letters, if the copy is the text without them; none where others have changed it too. */
function missing(
  letters: Letter[],
  copy: string,
  since: number
): OwnLetters['pieces'] {
  const count = letters.length - copy.length;
  const own = letters.flatMap(({ clock }) =>
    clock === null || clock < since ? [] : [clock]
  );
  if (count <= 0 || own.length < count) {
    return [];
  }
  const from = own.sort((one, other) => other - one)[count - 1]!;
  const isNew = ({ clock }: Letter) => clock !== null && clock >= from;
  const rest = letters.filter(each => !isNew(each));
  if (rest.map(({ letter }) => letter).join('') !== copy) {
    return [];
  }
  const pieces: OwnLetters['pieces'] = [];
  letters.forEach((each, at) => {
    const last = pieces.at(-1);
    if (!isNew(each)) {
      return;
    }
    if (last !== undefined && last.at + last.text.length === at) {
      last.text += each.letter;
    } else {
      pieces.push({ at, text: each.letter });
    }
  });
  return pieces;
}
