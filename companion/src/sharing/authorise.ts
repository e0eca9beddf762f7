import {
  CommonsError,
  DOCUMENT_ID,
  higherRole,
  may,
  type Operation,
  type Role
} from '@jupyterlab-commons/protocol';
import type { Caller } from '../hub/callers.ts';
import type {
  DocumentStore,
  StoredDocument,
  StoredShare
} from '../storage/store.ts';

/** A right that somebody has at this moment. */
export type Right = {
  role: Role;
  /** When it ends or becomes less, if it does. */
  until: number | null;
  /** Whether nothing but the link gives it. */
  byLink: boolean;
};

/** What the door lets through. */
export type Access = Right & { caller: Caller; document: StoredDocument };

/** The people a share is for. */
function concerns(
  share: StoredShare,
  user: string,
  groups: readonly string[]
): boolean {
  switch (share.kind) {
    case 'users':
      return share.name === user;
    case 'groups':
      return groups.includes(share.name);
    case 'link':
      return true;
  }
}

/** When a role given by several shares ends: with the last of them; null if one has no end. */
function endOf(shares: StoredShare[]): number | null {
  const ends = shares.map(share => share.expiresAt);
  return ends.some(end => end === null) ? null : Math.max(...ends.map(Number));
}

/** A2: the highest of everything that is given, or null. A share that has expired gives nothing. */
export function rightIn(
  document: Pick<StoredDocument, 'owner'>,
  shares: StoredShare[],
  person: Pick<Caller, 'user' | 'groups' | 'readOnly'>,
  now: number
): Right | null {
  const own = document.owner === person.user;
  const given = shares.filter(
    share =>
      (share.expiresAt === null || share.expiresAt > now) &&
      concerns(share, person.user, person.groups)
  );
  const role = given.reduce<Role | null>(
    (highest, share) => higherRole(highest, share.role),
    own ? 'owner' : null
  );
  if (role === null) {
    return null;
  }
  return {
    role: person.readOnly ? 'view' : role,
    until: own ? null : endOf(given.filter(share => share.role === role)),
    byLink: !own && given.every(share => share.kind === 'link')
  };
}

/** The one door: every route and every socket that names a document passes it (A1). */
export class Door {
  readonly #store: DocumentStore;
  readonly #now: () => number;

  constructor(options: { store: DocumentStore; now: () => number }) {
    this.#store = options.store;
    this.#now = options.now;
  }

  /**
   * What `caller` is to the document, if that suffices for `operation`. To
   * outsiders it does not exist (A3), whatever they ask for.
   */
  async authorise(
    caller: Caller,
    id: string,
    operation: Operation
  ): Promise<Access> {
    if (!DOCUMENT_ID.test(id)) {
      throw new CommonsError('NOT_FOUND');
    }
    const document = await this.#store.document(id);
    const shares = document === null ? [] : await this.#store.shares(id);
    const right =
      document === null ? null : rightIn(document, shares, caller, this.#now());
    if (document === null || right === null) {
      throw new CommonsError('NOT_FOUND');
    }
    if (document.closedAt !== null) {
      throw new CommonsError('DOCUMENT_CLOSED');
    }
    if (!may(right.role, operation)) {
      throw new CommonsError('ROLE_TOO_LOW', ownersOnly[operation]);
    }
    return { ...right, caller, document };
  }
}

/** What the standing text of ROLE_TOO_LOW does not say. */
const ownersOnly: Partial<Record<Operation, string>> = {
  rename: 'only the owner renames a document',
  share: 'only the owner says who may see a document',
  close: 'only the owner stops sharing a document',
  file: 'only the owner decides about the file',
  audit: 'only the owner sees who did what'
};
