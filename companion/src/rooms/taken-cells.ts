/**
 * Edits on their way to cells that the companion has taken out, or put
 * elsewhere, which in Yjs is the same: a page that has not heard of it edits
 * what is gone, and Yjs drops that without a word. So the document from before
 * is kept for a while, such edits are made there as well, and the cells that
 * they change come back (rule F10).
 */
import * as Y from 'yjs';
import type { Guarded } from './guard.ts';
import { cellOf, freeId, insertCell } from './notebook.ts';
import { cellOutline, type CellOutline, type Outline } from './outline.ts';
import { replaceText } from './replace-text.ts';
import { defineRoots } from './schema.ts';
import { structsOnly } from './structs-only.ts';

/** As long as a page may be away before its session has ended (I7). */
const KEPT_MS = 10 * 60_000;
const KEPT_MOST = 3;
/** Of one document before a change, and of the edits since. */
const BYTES_MOST = 64 * 1024 * 1024;

type Cell = Y.Map<unknown>;

/** What an edit has brought back: items to be looked at by the schema, and the texts of the cells. */
export type BroughtBack = { items: Y.ID[]; texts: string[] };

type Taken = {
  /** The cell that was taken. */
  item: Y.ID;
  /** What the cell says where nobody has taken it. */
  said: string;
  /** The id of the cell that stands for it now, and what that says if nobody else has touched it. */
  as: string;
  put: string | null;
};

/** Equal for cells that say the same. */
function printOf(cell: Cell | CellOutline): string {
  const outline = cell instanceof Y.Map ? cellOutline(cellOf(cell)) : cell;
  const { type, source, outputs, attachments, metadata } = outline;
  const fields = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([type, source, outputs, attachments, fields]);
}

function cellsOf(doc: Y.Doc): Cell[] {
  return doc
    .getArray('cells')
    .toArray()
    .filter((cell): cell is Cell => cell instanceof Y.Map);
}

function cellsIn(outline: Outline): CellOutline[] {
  return outline.type === 'notebook' ? outline.cells : [];
}

const idOf = (cell: Cell) => String(cell.get('id'));

function findCell(doc: Y.Doc, id: string): Cell | undefined {
  return cellsOf(doc).find(cell => idOf(cell) === id);
}

/** The cells, those of `doc`, that a transaction has changed. */
function changedCells(doc: Y.Doc, transaction: Y.Transaction): Cell[] {
  const changed = transaction.changedParentTypes;
  return cellsOf(doc).filter(cell =>
    changed.has(cell as Y.ContentType['type'])
  );
}

/** The document before one change, and what has become of the cells that it took. */
class Before {
  readonly at: number;
  readonly #state: Uint8Array;
  readonly #taken: Map<string, Taken>;
  #updates: Uint8Array[] = [];
  #bytes: number;
  /** The document with the edits since, but without the change. */
  #doc: Y.Doc | null = null;
  #applied = 0;
  readonly #changed = new Set<string>();
  /** What is true once the edit is accepted. */
  #pending: (() => void)[] = [];

  constructor(at: number, state: Uint8Array, taken: Map<string, Taken>) {
    this.at = at;
    this.#state = state;
    this.#taken = taken;
    this.#bytes = state.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * `whole`: the update repeats all deletions that its sender knows. If it knows
   * of the change, these are no wish of its own; what it had deleted comes back
   * too, then.
   */
  add(update: Uint8Array, { deletions }: Guarded, whole: boolean): void {
    const knows =
      whole &&
      [...this.#taken.values()].some(({ item: { client, clock } }) =>
        deletions.clients
          .get(client)
          ?.some(
            range => range.clock <= clock && clock < range.clock + range.len
          )
      );
    const added = knows ? structsOnly(update) : update;
    this.#updates.push(added);
    this.#bytes += added.length;
  }

  /** The last edit is in the document for good, or it was refused. */
  settle(accepted: boolean): void {
    if (accepted) {
      this.#pending.forEach(call => call());
    } else {
      this.#updates.pop();
      this.forget();
    }
    this.#pending = [];
  }

  forget(): void {
    this.#doc?.destroy();
    this.#doc = null;
    this.#applied = 0;
    this.#changed.clear();
  }

  bringBack(live: Y.Doc): BroughtBack {
    const doc = this.#upToDate();
    const back: BroughtBack = { items: [], texts: [] };
    for (const id of this.#changed) {
      const taken = this.#taken.get(id);
      const cell = taken && findCell(doc, id);
      if (taken === undefined || cell === undefined) {
        continue;
      }
      const said = printOf(cell);
      if (said !== taken.said) {
        const { put, isNew } = bringCell(live, doc, cell, taken);
        back.texts.push(...(isNew ? [String(cell.get('source'))] : []));
        back.items.push(...(put._item === null ? [] : [put._item.id]));
        const now = { said, as: idOf(put), put: printOf(put) };
        this.#pending.push(() => Object.assign(taken, now));
      }
    }
    this.#changed.clear();
    return back;
  }

  #upToDate(): Y.Doc {
    if (this.#doc === null) {
      const doc = new Y.Doc();
      defineRoots(doc, 'notebook');
      Y.applyUpdate(doc, this.#state);
      doc.on('afterTransaction', transaction =>
        changedCells(doc, transaction).forEach(cell =>
          this.#changed.add(idOf(cell))
        )
      );
      this.#doc = doc;
    }
    for (const update of this.#updates.slice(this.#applied)) {
      Y.applyUpdate(this.#doc, update);
    }
    this.#applied = this.#updates.length;
    return this.#doc;
  }
}

function bringCell(
  live: Y.Doc,
  doc: Y.Doc,
  cell: Cell,
  { as, put }: Taken
): { put: Cell; isNew: boolean } {
  const target = findCell(live, as);
  if (target === undefined) {
    return { put: insertBack(live, doc, cell, as), isNew: true };
  }
  return printOf(target) === put
    ? { put: renew(live, target, cell), isNew: false }
    : { put: insertBack(live, doc, cell, null), isNew: true };
}

/** Nobody has touched what stands for the cell, so it says the same again. */
function renew(live: Y.Doc, target: Cell, cell: Cell): Cell {
  const source = target.get('source');
  if (source instanceof Y.Text) {
    replaceText(source, String(cell.get('source')));
  }
  if (printOf(target) === printOf(cell)) {
    return target;
  }
  const cells = live.getArray('cells');
  const at = cells.toArray().indexOf(target);
  const id = idOf(target);
  cells.delete(at, 1);
  insertCell(cells, at, cellOf(cell), id);
  return cells.get(at) as Cell;
}

/** Behind the cell that it stood behind; without an id of its own beside the one that has it. */
function insertBack(
  live: Y.Doc,
  doc: Y.Doc,
  cell: Cell,
  id: string | null
): Cell {
  const here = cellsOf(live).map(idOf);
  const there = cellsOf(doc);
  let at = id === null ? here.indexOf(idOf(cell)) + 1 : 0;
  for (let n = there.indexOf(cell) - 1; n >= 0 && at === 0; n--) {
    at = here.indexOf(idOf(there[n]!)) + 1;
  }
  const cells = live.getArray('cells');
  insertCell(cells, at, cellOf(cell), id ?? freeId(null, new Set(here)));
  return cells.get(at) as Cell;
}

/** Whether an edit, which has just been made, was about something that is gone. */
function isLost(transaction: Y.Transaction, edit: Guarded): boolean {
  const { store } = transaction.doc;
  const made = edit.fresh.map((id): unknown => Y.getItem(store, id));
  const deletesTheGone = edit.fresh.length === 0 && !edit.deletes;
  return deletesTheGone || made.some(item => item instanceof Y.GC);
}

/** The cells of one room that the companion has taken. */
export class TakenCells {
  readonly #now: () => number;
  #befores: Before[] = [];
  #unsettled = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether an edit that changes nothing may still be about such a cell. */
  get watches(): boolean {
    return this.#befores.length > 0;
  }

  /** To be called before a change of the companion's own; what it answers, after it. */
  change(doc: Y.Doc, before: Outline): (after: Outline) => void {
    const state = Y.encodeStateAsUpdate(doc);
    const items = cellsOf(doc).map(cell => cell._item);
    return after => {
      const prints = new Map(
        cellsIn(after).map(cell => [cell.id, printOf(cell)])
      );
      const taken = new Map<string, Taken>();
      for (const [n, cell] of cellsIn(before).entries()) {
        const item = items[n];
        if (item?.deleted === true) {
          const said = printOf(cell);
          const put = prints.get(cell.id) === said ? said : null;
          taken.set(cell.id, { item: item.id, said, as: cell.id, put });
        }
      }
      if (taken.size > 0) {
        this.#befores.push(new Before(this.#now(), state, taken));
        this.#tidy();
      }
    };
  }

  /** An edit of a page, within its transaction. */
  receive(
    transaction: Y.Transaction,
    edit: Guarded,
    { update, whole }: { update: Uint8Array; whole: boolean }
  ): BroughtBack {
    this.#tidy();
    this.#unsettled = true;
    this.#befores.forEach(each => each.add(update, edit, whole));
    const back: BroughtBack = { items: [], texts: [] };
    if (this.#befores.length > 0 && isLost(transaction, edit)) {
      for (const each of this.#befores) {
        const { items, texts } = each.bringBack(transaction.doc);
        back.items.push(...items);
        back.texts.push(...texts);
      }
    }
    return back;
  }

  /** What has become of the edit. */
  settle(accepted: boolean): void {
    if (this.#unsettled) {
      this.#unsettled = false;
      this.#befores.forEach(each => each.settle(accepted));
    }
  }

  clear(): void {
    this.#befores.forEach(each => each.forget());
    this.#befores = [];
  }

  #tidy(): void {
    const now = this.#now();
    const kept = this.#befores
      .filter(({ at, bytes }) => now < at + KEPT_MS && bytes <= BYTES_MOST)
      .slice(-KEPT_MOST);
    this.#befores.filter(each => !kept.includes(each)).forEach(e => e.forget());
    this.#befores = kept;
  }
}
