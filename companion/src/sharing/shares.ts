import {
  CommonsError,
  type Person,
  type Share,
  type ShareChange,
  type ShareKind
} from '@jupyterlab-commons/protocol';
import { reasonOf, type Log } from '../log.ts';
import type { Identity } from '../hub/identity.ts';
import type { Clock } from '../rooms/types.ts';
import type {
  AuditEntry,
  DocumentStore,
  StoredShare
} from '../storage/store.ts';
import type { Access } from './authorise.ts';
import type { Notices } from './notices.ts';
import { shareView } from './views.ts';

/** Expired shares are looked for at least this often, for documents nobody has open. */
const LOOK_MS = 30_000;

/** Who may see a document, and until when. The door has been passed before any call. */
export class Shares {
  readonly #store: DocumentStore;
  readonly #identity: Identity;
  readonly #notices: Notices;
  readonly #clock: Clock;
  readonly #most: number;
  readonly #log: Log;
  #cancel = () => {};
  #nextAt = Infinity;
  #stopped = false;

  constructor(options: {
    store: DocumentStore;
    identity: Identity;
    notices: Notices;
    clock: Clock;
    most: number;
    log: Log;
  }) {
    this.#store = options.store;
    this.#identity = options.identity;
    this.#notices = options.notices;
    this.#clock = options.clock;
    this.#most = options.most;
    this.#log = options.log;
  }

  async list(access: Access): Promise<Share[]> {
    return (await this.#store.shares(access.document.id)).map(shareView);
  }

  async put(
    access: Access,
    kind: ShareKind,
    name: string,
    change: ShareChange
  ): Promise<Share> {
    const { document, caller } = access;
    const now = this.#clock.now();
    const expiresAt = change.expiresAt ? Date.parse(change.expiresAt) : null;
    if (expiresAt !== null && expiresAt <= now) {
      throw new CommonsError(
        'BAD_REQUEST',
        'body.expiresAt must be in the future'
      );
    }
    const displayName = await this.#displayName(access, kind, name);
    await this.#checkRoom(document.id, kind, name);
    const share: StoredShare = {
      document: document.id,
      kind,
      name,
      displayName,
      role: change.role,
      expiresAt,
      grantedAt: now,
      grantedBy: caller.user
    };
    await this.#store.putShare(share);
    if (kind === 'users') {
      await this.#store.setLeft(document.id, name, false);
    }
    const end =
      expiresAt === null ? '' : ` until ${new Date(expiresAt).toISOString()}`;
    this.expectEnd(expiresAt);
    const by: Person = { user: caller.user, displayName: caller.displayName };
    const label = `${labelOf(share)}: ${change.role}${end}`;
    await Promise.all([
      this.#notices.rightsChanged(document.id, by),
      this.#audit(share, caller.user, 'grant', label)
    ]);
    return shareView(share);
  }

  /** Taking back what is not there is no error: the outcome is the same. */
  async remove(access: Access, kind: ShareKind, name: string): Promise<void> {
    const id = access.document.id;
    const share = (await this.#store.shares(id)).find(
      each => each.kind === kind && each.name === name
    );
    if (share === undefined) {
      return;
    }
    await this.#store.deleteShare(id, kind, name);
    // A4 before A5: an entry that cannot be written lets nobody stay.
    await Promise.all([
      this.#notices.rightsChanged(id),
      this.#audit(share, access.caller.user, 'revoke', labelOf(share))
    ]);
  }

  /** From now on the ends of shares are acted on, to the moment where they are expected. */
  start(): void {
    this.#arm(0);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** A share that matters now ends at that time. */
  expectEnd(at: number | null): void {
    if (at !== null && at < this.#nextAt) {
      this.#arm(Math.max(0, at - this.#clock.now()));
    }
  }

  #arm(ms: number): void {
    if (this.#stopped) {
      return;
    }
    this.#cancel();
    this.#nextAt = this.#clock.now() + ms;
    this.#cancel = this.#clock.after(ms, () => {
      this.#nextAt = Infinity;
      const next = this.#notices.nextEnd() ?? Infinity;
      this.#arm(Math.min(LOOK_MS, next - this.#clock.now()));
      void this.#expire();
    });
  }

  async #expire(): Promise<void> {
    try {
      // First the people: their rights end even where the store cannot write at the moment.
      await this.#notices.timePassed();
      await this.#clear();
    } catch (error) {
      this.#log.warn('shares that have ended are still in the store', {
        reason: reasonOf(error)
      });
    }
  }

  async #clear(): Promise<void> {
    const ended = await this.#store.expireShares(this.#clock.now());
    for (const id of new Set(ended.map(share => share.document))) {
      await this.#notices.rightsChanged(id);
    }
    for (const share of ended) {
      await this.#audit(share, '', 'expire', labelOf(share));
    }
  }

  /** The name to show; throws where nobody has it. */
  async #displayName(
    access: Access,
    kind: ShareKind,
    name: string
  ): Promise<string> {
    if (kind === 'link') {
      return '';
    }
    if (name.length > 255) {
      throw new CommonsError(
        kind === 'users' ? 'USER_UNKNOWN' : 'GROUP_UNKNOWN'
      );
    }
    if (kind === 'groups') {
      if (!access.caller.groups.includes(name)) {
        throw new CommonsError('GROUP_UNKNOWN');
      }
      return name;
    }
    if (name === access.document.owner) {
      throw new CommonsError('BAD_REQUEST', 'the owner has all rights already');
    }
    const user = await this.#identity.lookUp(name);
    if (user === null) {
      throw new CommonsError('USER_UNKNOWN');
    }
    return user.displayName.slice(0, 255);
  }

  async #checkRoom(id: string, kind: ShareKind, name: string): Promise<void> {
    const shares = await this.#store.shares(id);
    const known = shares.some(each => each.kind === kind && each.name === name);
    if (!known && shares.length >= this.#most) {
      throw new CommonsError(
        'TOO_MANY',
        `shares of one document: ${this.#most}`
      );
    }
  }

  async #audit(
    share: StoredShare,
    actor: string,
    action: AuditEntry['action'],
    detail: string
  ): Promise<void> {
    const at = this.#clock.now();
    await this.#store.audit({
      document: share.document,
      at,
      actor,
      action,
      detail: detail.slice(0, 512)
    });
  }
}

function labelOf(share: StoredShare): string {
  switch (share.kind) {
    case 'users':
      return `user ${share.name}`;
    case 'groups':
      return `group ${share.name}`;
    case 'link':
      return 'everybody with the link';
  }
}
