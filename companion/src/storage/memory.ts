/** Documents in memory alone, for tests and for trying things out: a restart forgets them. */
import { CommonsError, type ShareKind } from '@jupyterlab-commons/protocol';
import {
  CONTRIBUTION_MS,
  type AuditEntry,
  type Contribution,
  type DocumentStore,
  type DocumentWithHead,
  type JournalRow,
  type Millis,
  type StoredContent,
  type StoredDocument,
  type StoredShare
} from './store.ts';

type Held = {
  document: StoredDocument;
  head: number;
  rows: JournalRow[];
  /** The two newest, oldest first. */
  snapshots: { seq: number; state: Uint8Array }[];
  owners: Map<number, string>;
  /** By user and hour. */
  contributions: Map<string, Contribution>;
  shares: Map<string, StoredShare>;
  joined: Set<string>;
  left: Set<string>;
  audit: AuditEntry[];
  asides: Map<string, Uint8Array>;
};

function shareKey(kind: ShareKind, name: string): string {
  return `${kind} ${name}`;
}

function count(held: Held, { user, at, mark }: JournalRow): void {
  if (user !== '' && mark === undefined) {
    const key = `${Math.floor(at / CONTRIBUTION_MS)} ${user}`;
    const known = held.contributions.get(key);
    held.contributions.set(key, {
      user,
      changes: 1 + (known?.changes ?? 0),
      at: Math.max(at, known?.at ?? 0)
    });
  }
}

export class MemoryStore implements DocumentStore {
  readonly #held = new Map<string, Held>();

  async load(id: string): Promise<StoredContent> {
    const held = this.#known(id);
    const snapshot = held.snapshots.at(-1) ?? null;
    return {
      snapshot: structuredClone(snapshot),
      rows: structuredClone(
        held.rows.filter(row => row.seq > (snapshot?.seq ?? 0))
      ),
      owners: new Map(held.owners)
    };
  }

  async append(
    id: string,
    rows: JournalRow[],
    owners: [number, string][]
  ): Promise<void> {
    const held = this.#known(id);
    rows.forEach((row, index) => {
      if (row.seq !== held.head + 1 + index) {
        throw new CommonsError(
          'INTERNAL',
          `row ${row.seq} does not follow ${held.head + index}`
        );
      }
    });
    held.rows.push(...structuredClone(rows));
    rows.forEach(row => count(held, row));
    held.head += rows.length;
    for (const [client, user] of owners) {
      if (!held.owners.has(client)) {
        held.owners.set(client, user);
      }
    }
  }

  async compact(id: string, seq: number, state: Uint8Array): Promise<void> {
    const held = this.#known(id);
    if (seq > held.head || seq <= (held.snapshots.at(-1)?.seq ?? 0)) {
      throw new CommonsError('INTERNAL', `a snapshot at ${seq} does not fit`);
    }
    held.snapshots = [
      ...held.snapshots.slice(-1),
      { seq, state: structuredClone(state) }
    ];
    const kept = held.snapshots.length > 1 ? held.snapshots[0]!.seq : 0;
    held.rows = held.rows.filter(row => row.seq > kept);
  }

  async contributions(
    id: string,
    since: Millis,
    limit: number
  ): Promise<Contribution[]> {
    const all = new Map<string, Contribution>();
    for (const { user, changes, at } of this.#known(
      id
    ).contributions.values()) {
      if (at >= since) {
        const known = all.get(user);
        all.set(user, {
          user,
          changes: changes + (known?.changes ?? 0),
          at: Math.max(at, known?.at ?? 0)
        });
      }
    }
    return [...all.values()]
      .sort(
        (a, b) =>
          b.changes - a.changes || b.at - a.at || (a.user < b.user ? -1 : 1)
      )
      .slice(0, limit);
  }

  async createDocument(
    document: StoredDocument,
    seed: JournalRow
  ): Promise<void> {
    if (this.#held.has(document.id) || this.#ofFile(document) !== undefined) {
      throw new CommonsError('INTERNAL', 'the document exists already');
    }
    if (seed.seq !== 1) {
      throw new CommonsError('INTERNAL', 'the first row must be row 1');
    }
    this.#held.set(document.id, {
      document: structuredClone(document),
      head: 1,
      rows: [structuredClone(seed)],
      snapshots: [],
      owners: new Map(),
      contributions: new Map(),
      shares: new Map(),
      joined: new Set(),
      left: new Set(),
      asides: new Map(),
      audit: [
        {
          document: document.id,
          at: document.createdAt,
          actor: document.owner,
          action: 'create',
          detail: document.name
        }
      ]
    });
  }

  async document(id: string): Promise<StoredDocument | null> {
    return structuredClone(this.#held.get(id)?.document ?? null);
  }

  async documentOfFile(
    owner: string,
    server: string,
    path: string
  ): Promise<StoredDocument | null> {
    return structuredClone(
      this.#ofFile({ owner, server, path })?.document ?? null
    );
  }

  async documentsFor(
    user: string,
    groups: string[],
    now: Millis
  ): Promise<StoredDocument[]> {
    return this.#open(held => {
      if (held.document.owner === user) {
        return true;
      }
      if (held.left.has(user)) {
        return false;
      }
      return [...held.shares.values()].some(
        share =>
          (share.expiresAt === null || share.expiresAt > now) &&
          ((share.kind === 'users' && share.name === user) ||
            (share.kind === 'groups' && groups.includes(share.name)) ||
            (share.kind === 'link' && held.joined.has(user)))
      );
    });
  }

  async documentsOfServer(
    owner: string,
    server: string
  ): Promise<DocumentWithHead[]> {
    return [...this.#held.values()]
      .filter(
        ({ document, head }) =>
          document.owner === owner &&
          document.server === server &&
          document.path !== null &&
          (document.closedAt === null ||
            (document.file.seq < head &&
              !['changed-outside', 'missing'].includes(document.file.state)))
      )
      .map(({ document, head }) => ({ ...structuredClone(document), head }))
      .sort((a, b) => b.createdAt - a.createdAt);
  }

  async updateDocument(
    id: string,
    change: Partial<
      Pick<StoredDocument, 'name' | 'changedAt' | 'closedAt' | 'file'>
    >
  ): Promise<void> {
    Object.assign(this.#known(id).document, structuredClone(change));
  }

  async putAside(
    id: string,
    changes: Record<string, Uint8Array | null>
  ): Promise<void> {
    const { asides } = this.#known(id);
    for (const [name, data] of Object.entries(changes)) {
      if (data === null) {
        asides.delete(name);
      } else {
        asides.set(name, structuredClone(data));
      }
    }
  }

  async aside(id: string, name: string): Promise<Uint8Array | null> {
    return structuredClone(this.#held.get(id)?.asides.get(name) ?? null);
  }

  async asides(id: string): Promise<string[]> {
    return [...(this.#held.get(id)?.asides.keys() ?? [])].sort();
  }

  async shares(document: string): Promise<StoredShare[]> {
    return structuredClone([...this.#known(document).shares.values()]);
  }

  async putShare(share: StoredShare): Promise<void> {
    const key = shareKey(share.kind, share.name);
    this.#known(share.document).shares.set(key, structuredClone(share));
  }

  async deleteShare(
    document: string,
    kind: ShareKind,
    name: string
  ): Promise<void> {
    this.#known(document).shares.delete(shareKey(kind, name));
  }

  async expireShares(now: Millis): Promise<StoredShare[]> {
    const ended: StoredShare[] = [];
    for (const { shares } of this.#held.values()) {
      for (const [key, share] of shares) {
        if (share.expiresAt !== null && share.expiresAt <= now) {
          shares.delete(key);
          ended.push(share);
        }
      }
    }
    return ended;
  }

  async joinByLink(document: string, user: string, _at: Millis): Promise<void> {
    const held = this.#known(document);
    held.joined.add(user);
    held.left.delete(user);
  }

  async setLeft(document: string, user: string, left: boolean): Promise<void> {
    const held = this.#known(document);
    if (left) {
      held.left.add(user);
    } else {
      held.left.delete(user);
    }
  }

  async hasLeft(document: string, user: string): Promise<boolean> {
    return this.#known(document).left.has(user);
  }

  async audit(entry: AuditEntry): Promise<void> {
    this.#known(entry.document).audit.push(structuredClone(entry));
  }

  async auditOf(document: string, limit: number): Promise<AuditEntry[]> {
    return structuredClone(this.#known(document).audit.slice(-limit).reverse());
  }

  healthy(): boolean {
    return true;
  }

  async close(): Promise<void> {
    this.#held.clear();
  }

  #known(id: string): Held {
    const held = this.#held.get(id);
    if (held === undefined) {
      throw new CommonsError('NOT_FOUND');
    }
    return held;
  }

  #ofFile(
    file: Pick<StoredDocument, 'owner' | 'server' | 'path'>
  ): Held | undefined {
    if (file.path === null) {
      return undefined;
    }
    return [...this.#held.values()].find(
      ({ document }) =>
        document.closedAt === null &&
        document.owner === file.owner &&
        document.server === file.server &&
        document.path === file.path
    );
  }

  #open(wanted: (held: Held) => boolean): StoredDocument[] {
    return [...this.#held.values()]
      .filter(held => held.document.closedAt === null && wanted(held))
      .map(held => structuredClone(held.document))
      .sort((a, b) => b.createdAt - a.createdAt);
  }
}
