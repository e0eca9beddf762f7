/** Merges of outside versions into live documents: their bases, their announcement, and taking them back. */
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import {
  CommonsError,
  MERGED_NAMES_MOST,
  type MergedMessage,
  type MergeUndone,
  type Person
} from '@jupyterlab-commons/protocol';
import { reasonOf, type Log } from '../log.ts';
import {
  isOutline,
  prepareMerge,
  versionBefore,
  versionOfFile,
  type MergeResult,
  type Reversal
} from '../merging/merge-document.ts';
import type { Clock, Outline } from '../rooms/types.ts';
import type { LiveRooms } from '../sharing/live-rooms.ts';
import type { DocumentStore, StoredDocument } from '../storage/store.ts';

/** Merges that can be taken back, of one document. */
const REVERSALS_MOST = 5;
/** Characters of JSON; a larger merge is announced without a way back. */
const REVERSAL_MOST = 32 * 1024 * 1024;
/** A text document above this has no base, so a change of its file is a matter of its owner. */
const TEXT_MOST = 16 * 1024 * 1024;
const BASE = 'base:';
const MERGE = 'merge:';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

export type MergesOptions = {
  store: DocumentStore;
  rooms: LiveRooms;
  clock: Clock;
  log: Log;
};

/** A file that somebody else has changed, read when it was quiet. */
export type OutsideFile = {
  /** The hash of what it came from, as far as we know. */
  base: string | null;
  content: string;
  hash: string;
};

export type Merged = {
  /** The last edit in the document that has it. */
  seq: number;
  /** The file needs nothing of the document. */
  same: boolean;
  conflicts: number;
  /** Tells everybody, and that only once; called again, it says where the outside version lies now. */
  announce: (keptAs: string | null) => Promise<void>;
};

export class Merges {
  readonly #options: MergesOptions;

  constructor(options: MergesOptions) {
    this.#options = options;
  }

  /** What the file says at `hash`; the bases of other hashes than `and` are forgotten. */
  async remember(
    id: string,
    hash: string,
    outline: Outline,
    and: readonly (string | null)[] = []
  ): Promise<void> {
    const { store } = this.#options;
    const wanted = [hash, ...and].map(each => `${BASE}${each}`);
    const names = await store.asides(id);
    const changes: Record<string, Uint8Array | null> = Object.fromEntries(
      names
        .filter(name => name.startsWith(BASE) && !wanted.includes(name))
        .map(name => [name, null])
    );
    if (outline.type === 'notebook' || outline.text.length <= TEXT_MOST) {
      changes[`${BASE}${hash}`] = await packed(JSON.stringify(outline));
    }
    await store.putAside(id, changes);
  }

  /**
   * Merges a changed file into the live document; a text says why it cannot be.
   * Throws STORE_BUSY and STOPPING: it can be tried again.
   */
  async merge(
    document: StoredDocument,
    { base: baseHash, content, hash }: OutsideFile
  ): Promise<Merged | string> {
    const { id, owner, type } = document;
    const base = await this.#recalled(id, `${BASE}${baseHash}`);
    if (!isOutline(base)) {
      return 'what it was before is not known here';
    }
    try {
      const { result, seq } = await this.#options.rooms.change(
        id,
        owner,
        'outside',
        function* (doc, outline) {
          const other = yield* versionOfFile(type, content);
          return yield* prepareMerge(doc, outline, { base, other });
        }
      );
      await this.#rememberMerged(id, hash, result.base, baseHash);
      return {
        seq,
        same: result.same,
        conflicts: result.counts.conflicts,
        announce: this.#announcer(document, result)
      };
    } catch (error) {
      if (error instanceof CommonsError && !isPassing(error)) {
        return error.detail ?? error.message;
      }
      throw error;
    }
  }

  /**
   * What is in the document is not merged a second time for want of its base:
   * people go on in it, and its cells could come twice. Without it the next
   * change is a matter of the owner.
   */
  #rememberMerged(
    id: string,
    hash: string,
    outline: Outline,
    before: string | null
  ): Promise<void> {
    return this.remember(id, hash, outline, [before]).catch((error: unknown) =>
      this.#options.log.warn('a merged version is not remembered', {
        document: id,
        reason: reasonOf(error)
      })
    );
  }

  /** Takes a merge back where nobody has gone on since. */
  async undo(
    document: StoredDocument,
    merge: string,
    by: Person
  ): Promise<MergeUndone> {
    const { id } = document;
    const found = await this.#recalled(id, `${MERGE}${merge}`);
    if (!isReversal(found)) {
      return { known: false, merged: null };
    }
    const options = {
      base: found.after,
      other: versionBefore(found),
      whole: true
    };
    const { result } = await this.#options.rooms.change(
      id,
      by.user,
      'undo',
      (doc, outline) => prepareMerge(doc, outline, options)
    );
    const kind = { kind: 'undo' as const, by, keptAs: null };
    return { known: true, merged: await this.#tell(document, result, kind) };
  }

  #announcer(
    document: StoredDocument,
    result: MergeResult
  ): Merged['announce'] {
    let told: MergedMessage | null | undefined;
    return async keptAs => {
      if (told === undefined) {
        const kind = { kind: 'outside' as const, by: null, keptAs };
        told = await this.#tell(document, result, kind);
        await (told === null ? null : this.#log(document, wordsOf(told)));
      } else if (told !== null && keptAs !== null && told.keptAs === null) {
        told = { ...told, keptAs };
        this.#options.rooms.tellMerged(document.id, told);
        await this.#log(document, `the other version is ${keptAs}`);
      }
    };
  }

  /** A version that could not be merged was put beside the file of a closed document. */
  kept(
    document: StoredDocument,
    keptAs: string | null,
    reason: string
  ): Promise<void> {
    const where = keptAs === null ? '' : `; the other version is ${keptAs}`;
    return this.#log(document, `cannot be merged: ${reason}${where}`);
  }

  /** A5 */
  async #log({ id, owner }: StoredDocument, detail: string): Promise<void> {
    const { store, clock, log } = this.#options;
    const entry = {
      document: id,
      at: clock.now(),
      actor: owner,
      action: 'file' as const,
      detail: detail.slice(0, 512)
    };
    await store.audit(entry).catch((error: unknown) =>
      log.warn('a change of a file is not in the audit log', {
        document: id,
        reason: reasonOf(error)
      })
    );
  }

  /** Null where there is nothing to tell. */
  async #tell(
    { id }: StoredDocument,
    { changes, counts, names, reversal }: MergeResult,
    kind: Pick<MergedMessage, 'kind' | 'by' | 'keptAs'>
  ): Promise<MergedMessage | null> {
    if (!changes && counts.conflicts === 0) {
      return null;
    }
    const at = this.#options.clock.now();
    const merge = `${at.toString(36).padStart(10, '0')}-${randomBytes(4).toString('hex')}`;
    const undoable = changes && (await this.#keepReversal(id, merge, reversal));
    const merged: MergedMessage = {
      id: merge,
      at: new Date(at).toISOString(),
      ...kind,
      ...counts,
      names: names.filter(name => name !== '').slice(0, MERGED_NAMES_MOST),
      undoable
    };
    this.#options.rooms.tellMerged(id, merged);
    return merged;
  }

  async #keepReversal(
    id: string,
    merge: string,
    reversal: Reversal
  ): Promise<boolean> {
    const text = JSON.stringify(reversal);
    if (text.length > REVERSAL_MOST) {
      return false;
    }
    const { store } = this.#options;
    try {
      const names = (await store.asides(id)).filter(name =>
        name.startsWith(MERGE)
      );
      const old = names.slice(
        0,
        Math.max(0, names.length - REVERSALS_MOST + 1)
      );
      await store.putAside(id, {
        ...Object.fromEntries(old.map(name => [name, null])),
        [`${MERGE}${merge}`]: await packed(text)
      });
      return true;
    } catch {
      // The document is right; only the way back is missing, and the notice says so.
      return false;
    }
  }

  async #recalled(id: string, name: string): Promise<unknown> {
    const data = await this.#options.store.aside(id, name);
    if (data === null) {
      return null;
    }
    return JSON.parse(String(await inflate(data))) as unknown;
  }
}

function wordsOf(told: MergedMessage): string {
  const { changed, added, deleted, moved, conflicts, keptAs } = told;
  const counts = `${changed} changed, ${added} added, ${deleted} deleted, ${moved} moved, ${conflicts} in conflict`;
  const kept = keptAs === null ? '' : `; the other version is ${keptAs}`;
  return `changed outside: ${counts}${kept}`;
}

async function packed(text: string): Promise<Uint8Array> {
  return new Uint8Array(await deflate(text, { level: 1 }));
}

function isReversal(value: unknown): value is Reversal {
  return (
    typeof value === 'object' &&
    value !== null &&
    'before' in value &&
    'after' in value &&
    isOutline(value.before) &&
    isOutline(value.after)
  );
}

function isPassing({ code }: CommonsError): boolean {
  return code === 'STORE_BUSY' || code === 'STOPPING';
}
