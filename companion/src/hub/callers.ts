import { CommonsError } from '@jupyterlab-commons/protocol';
import type { Clock } from '../rooms/types.ts';
import type { Identity, KnownUser, Proven } from './identity.ts';
import {
  SESSION_MS,
  standingOf,
  type Claims,
  type Sessions,
  type Standing
} from './sessions.ts';

/** Somebody who has proven who they are, with what the hub says of them now. */
export type Caller = {
  sessionId: string;
  user: string;
  displayName: string;
  groups: readonly string[];
  admin: boolean;
  server: string;
  /** Whether this session may act for others, where the person may. */
  desk: boolean;
  /** The hub has been away for so long that they may only look (I5). */
  readOnly: boolean;
};

/** What the hub said of somebody after they had signed in. */
type News = { at: number; groups: string[] | null };

/**
 * From sessions to callers: how each session stands, and what has been learnt
 * from the hub since it was made.
 */
export class Callers {
  readonly #sessions: Sessions;
  readonly #identity: Identity;
  readonly #clock: Clock;
  /** The newest end of each session that was renewed in this process. */
  readonly #renewed = new Map<string, number>();
  readonly #news = new Map<string, News>();

  constructor(options: {
    sessions: Sessions;
    identity: Identity;
    clock: Clock;
  }) {
    this.#sessions = options.sessions;
    this.#identity = options.identity;
    this.#clock = options.clock;
  }

  /** I4, I5: a session for a token. With the hub away, an earlier one that is still good. */
  async signIn(
    token: string,
    earlier: string | undefined
  ): Promise<{ session: string; claims: Claims }> {
    const before = earlier === undefined ? null : this.#readOrNull(earlier);
    let proven: Proven;
    try {
      proven = await this.#identity.prove(token);
    } catch (error) {
      if (
        error instanceof CommonsError &&
        error.code === 'HUB_ABSENT' &&
        before &&
        earlier
      ) {
        return this.#prolonged(earlier, before, error);
      }
      throw error;
    }
    const now = this.#clock.now();
    const made = this.#sessions.issue(proven, now, before);
    this.#renewed.set(made.claims.id, made.claims.expiresAt);
    this.#news.set(proven.user, { at: now, groups: proven.groups });
    return made;
  }

  /** The caller of `Authorization: Bearer <session>`; throws SIGNED_OUT or SESSION_STALE. */
  ofSession(session: string): { caller: Caller; claims: Claims } {
    const claims = this.#sessions.read(session);
    // A renewal does not revive the text of the session before it.
    const standing = standingOf(
      claims.expiresAt,
      this.#clock.now(),
      this.#identity.absence
    );
    return { caller: this.#caller(claims, standing), claims };
  }

  /** The caller behind an open socket or a ticket, as they stand now; throws as `ofSession`. */
  ofClaims(claims: Claims): Caller {
    return this.#caller(claims, this.standing(claims));
  }

  #caller(claims: Claims, standing: Standing): Caller {
    const news = this.#news.get(claims.user);
    if (news?.groups === null) {
      throw new CommonsError('SIGNED_OUT');
    }
    if (standing === 'ended') {
      throw new CommonsError('SESSION_STALE');
    }
    const { id, user, displayName, admin, server } = claims;
    const issuedAt = claims.issuedAt ?? claims.expiresAt - SESSION_MS;
    const newer = news !== undefined && news.at >= issuedAt;
    const groups = newer ? news.groups : claims.groups;
    return {
      sessionId: id,
      user,
      displayName,
      groups,
      admin,
      server,
      desk: claims.desk === true,
      readOnly: standing === 'read'
    };
  }

  /** How the session stands, whichever renewal of it the caller holds. */
  standing(claims: Claims): Standing {
    const expiresAt = Math.max(
      claims.expiresAt,
      this.#renewed.get(claims.id) ?? 0
    );
    return standingOf(expiresAt, this.#clock.now(), this.#identity.absence);
  }

  /**
   * Takes in what the hub says of somebody now; null when they are gone.
   * Answers whether that is something new.
   */
  learn(user: string, known: KnownUser | null): boolean {
    const before = this.#news.get(user);
    const groups = known?.groups ?? null;
    this.#news.set(user, { at: this.#clock.now(), groups });
    return JSON.stringify(before?.groups) !== JSON.stringify(groups);
  }

  /** Forgets what no living session can need. */
  sweep(): void {
    const now = this.#clock.now();
    // Prolonged sessions may be older than ten minutes; while the hub is away nothing is forgotten.
    if (this.#identity.absence?.until === null) {
      return;
    }
    for (const [id, expiresAt] of this.#renewed) {
      if (expiresAt + 2 * SESSION_MS < now) {
        this.#renewed.delete(id);
      }
    }
    for (const [user, { at }] of this.#news) {
      if (at + 3 * SESSION_MS < now) {
        this.#news.delete(user);
      }
    }
  }

  #prolonged(
    session: string,
    claims: Claims,
    error: CommonsError
  ): { session: string; claims: Claims } {
    if (this.standing(claims) === 'ended') {
      throw error;
    }
    return {
      session,
      claims: { ...claims, expiresAt: this.#clock.now() + SESSION_MS }
    };
  }

  #readOrNull(session: string): Claims | null {
    try {
      return this.#sessions.read(session);
    } catch {
      return null;
    }
  }
}
