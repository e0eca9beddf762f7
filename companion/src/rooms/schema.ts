/**
 * Rules S7 and S9: what a document must look like after an edit. Called inside
 * the transaction of the edit, so that what is put right here travels, and is
 * journalled, together with the edit. Looks only at what the edit touched.
 */
import type { DocumentType } from '@jupyterlab-commons/protocol';
import * as Y from 'yjs';
import { forgetPlaces } from './forget-places.ts';

type Cell = Y.Map<unknown>;
type SharedType = Y.ContentType['type'];

/** `broken` says why the room must be rebuilt; `repaired` that the sender must hear of it too. */
export type SchemaAnswer = { broken: string | null; repaired: boolean };

export type SchemaOptions = { cells: number; newId(): string };

const rootTypes = {
  notebook: { cells: 'array', meta: 'map', state: 'map' },
  text: { source: 'text', state: 'map' }
} as const;

const cellTypes: readonly unknown[] = ['code', 'markdown', 'raw'];
const metaKeys: readonly string[] = ['nbformat', 'nbformat_minor', 'metadata'];
const CELL_ID_MOST = 255;

/** Gives the top-level types their kinds. Must be done before anything is applied. */
export function defineRoots(doc: Y.Doc, type: DocumentType): void {
  for (const [name, kind] of Object.entries(rootTypes[type])) {
    if (kind === 'array') {
      doc.getArray(name);
    } else if (kind === 'map') {
      doc.getMap(name);
    } else {
      doc.getText(name);
    }
  }
}

function parentOf(type: SharedType): SharedType | null {
  const parent = type._item?.parent;
  return parent instanceof Y.AbstractType ? parent : null;
}

/** What stands where in one document, and which edit breaks it. */
export class Schema {
  readonly #doc: Y.Doc;
  readonly #type: DocumentType;
  readonly #options: SchemaOptions;
  readonly #cellsById = new Map<string, Cell>();

  constructor(doc: Y.Doc, type: DocumentType, options: SchemaOptions) {
    this.#doc = doc;
    this.#type = type;
    this.#options = options;
    if (type === 'notebook') {
      for (const cell of this.#cells) {
        if (cell instanceof Y.Map && typeof cell.get('id') === 'string') {
          this.#cellsById.set(cell.get('id') as string, cell);
        }
      }
    }
  }

  get #cells(): Y.Array<unknown> {
    return this.#doc.getArray('cells');
  }

  get #meta(): Y.Map<unknown> {
    return this.#doc.getMap('meta');
  }

  /** Checks what `transaction` changed, and what it brought at `fresh`. */
  check(transaction: Y.Transaction, fresh: readonly Y.ID[]): SchemaAnswer {
    if (this.#type === 'text') {
      return { broken: null, repaired: false };
    }
    const touched = this.#touched(transaction, fresh);
    const broken =
      touched.broken ??
      this.#checkCells(touched.cells) ??
      this.#checkOutputs(touched.outputs) ??
      (touched.meta ? this.#checkMeta() : null);
    if (broken !== null) {
      return { broken, repaired: false };
    }
    const untrusted = this.#removeTrust(touched.metadata, touched.cells);
    const unique = this.#makeUnique(transaction, touched.cells);
    return { broken: null, repaired: untrusted || unique };
  }

  #touched(transaction: Y.Transaction, fresh: readonly Y.ID[]) {
    const cells = new Set<Cell>();
    const outputs = new Set<unknown>();
    const metadata = new Set<Y.Map<unknown>>();
    let meta = false;
    let broken: string | null = null;
    const touch = (type: SharedType) => {
      const parent = parentOf(type);
      if (type === this.#meta) {
        meta = true;
      } else if (parent === this.#cells && type instanceof Y.Map) {
        cells.add(type);
      } else if (
        type instanceof Y.Map &&
        type._item?.parentSub === 'metadata'
      ) {
        metadata.add(type);
      } else if (parent !== null && this.#isOutputs(parent)) {
        outputs.add(type);
      }
    };
    for (const type of transaction.changed.keys()) {
      touch(type);
    }
    for (const id of fresh) {
      const item: unknown = Y.getItem(this.#doc.store, id);
      if (
        !(item instanceof Y.Item) ||
        item.deleted ||
        !(item.parent instanceof Y.AbstractType)
      ) {
        continue;
      }
      touch(item.parent);
      const inner: unknown =
        item.content instanceof Y.ContentType ? item.content.type : null;
      if (item.parent === this.#cells) {
        if (inner instanceof Y.Map) {
          cells.add(inner);
        } else {
          broken = 'cells holds something that is not a cell';
        }
      } else if (this.#isOutputs(item.parent)) {
        outputs.add(inner);
      }
    }
    return { cells, outputs, metadata, meta, broken };
  }

  #isOutputs(type: SharedType): boolean {
    const cell = parentOf(type);
    return (
      type instanceof Y.Array &&
      type._item?.parentSub === 'outputs' &&
      cell !== null &&
      parentOf(cell) === this.#cells
    );
  }

  #checkCells(touched: ReadonlySet<Cell>): string | null {
    for (const cell of touched) {
      const broken = cell._item?.deleted ? null : checkCell(cell);
      if (broken !== null) {
        return broken;
      }
    }
    return touched.size > 0 && this.#cells.length > this.#options.cells
      ? 'too many cells'
      : null;
  }

  #checkOutputs(touched: ReadonlySet<unknown>): string | null {
    for (const output of touched) {
      if (!(output instanceof Y.Map)) {
        return 'outputs holds something that is not an output';
      }
      if (output._item?.deleted) {
        continue;
      }
      const type: unknown = output.get('output_type');
      if (typeof type !== 'string') {
        return 'an output has no type';
      }
      if (type === 'stream' && !(output.get('text') instanceof Y.Text)) {
        return 'a stream has no text';
      }
    }
    return null;
  }

  #checkMeta(): string | null {
    const meta = this.#meta;
    for (const key of meta.keys()) {
      if (!metaKeys.includes(key)) {
        return 'meta holds an unknown key';
      }
    }
    if (
      typeof meta.get('nbformat') !== 'number' ||
      typeof meta.get('nbformat_minor') !== 'number'
    ) {
      return 'the format of the notebook is not a number';
    }
    return meta.get('metadata') instanceof Y.Map
      ? null
      : 'the notebook has no metadata';
  }

  /** S9. A deletion needs no client id, so this is nobody's edit. */
  #removeTrust(
    metadata: Set<Y.Map<unknown>>,
    cells: ReadonlySet<Cell>
  ): boolean {
    const all: unknown[] = [...metadata, this.#meta.get('metadata')];
    for (const cell of cells) {
      if (!cell._item?.deleted) {
        all.push(cell.get('metadata'));
      }
    }
    let removed = false;
    for (const map of all) {
      if (map instanceof Y.Map && !map._item?.deleted && map.has('trusted')) {
        map.delete('trusted');
        removed = true;
      }
    }
    return removed;
  }

  /**
   * Two people who move the same cell at the same time each delete it and put a
   * copy: that is honest, and leaves two cells of one id. The later copy goes if
   * it says the same, else it gets an id of its own.
   */
  #makeUnique(transaction: Y.Transaction, touched: ReadonlySet<Cell>): boolean {
    let repaired = false;
    for (const cell of touched) {
      if (cell._item === null || cell._item.deleted) {
        continue;
      }
      const id = String(cell.get('id'));
      const holder = this.#cellsById.get(id);
      if (holder === cell) {
        continue;
      }
      if (
        holder === undefined ||
        holder._item?.deleted ||
        holder.get('id') !== id
      ) {
        this.#cellsById.set(id, cell);
        continue;
      }
      repaired = true;
      if (String(holder.get('source')) === String(cell.get('source'))) {
        cell._item.delete(transaction);
      } else {
        const fresh = this.#options.newId();
        cell.set('id', fresh);
        this.#cellsById.set(fresh, cell);
      }
    }
    if (repaired) {
      // It may have been in the list since the edit was made, and a cell went from it.
      forgetPlaces(transaction);
    }
    return repaired;
  }
}

function checkCell(cell: Cell): string | null {
  const type: unknown = cell.get('cell_type');
  const id: unknown = cell.get('id');
  if (!cellTypes.includes(type)) {
    return 'a cell of unknown type';
  }
  if (typeof id !== 'string' || id === '' || id.length > CELL_ID_MOST) {
    return 'a cell without id';
  }
  if (!(cell.get('source') instanceof Y.Text)) {
    return 'a cell without source';
  }
  if (!(cell.get('metadata') instanceof Y.Map)) {
    return 'a cell without metadata';
  }
  return type === 'code' && !(cell.get('outputs') instanceof Y.Array)
    ? 'a code cell without outputs'
    : null;
}
