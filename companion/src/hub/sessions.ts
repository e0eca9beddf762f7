import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  CommonsError,
  count,
  flag,
  list,
  optional,
  record,
  text,
  type Decoded
} from '@jupyterlab-commons/protocol';
import { RETURN_MS, type Absence } from './hub-client.ts';
import type { Proven } from './identity.ts';

export const SESSION_MS = 10 * 60_000;
export const RENEW_AFTER_SECONDS = 5 * 60;
/** I5: how long sessions outlive the hub with all they had. */
export const PROLONG_MS = 60 * 60_000;

const VERSION = 'cs1';
const MOST_CHARACTERS = 4096;

const claims = record({
  id: text(64),
  user: text(255),
  displayName: text(255),
  groups: list(text(255)),
  admin: flag,
  server: text(255),
  /** Made by the admin's page or a static token, not by somebody's server: only such a session acts for others (Q9). */
  desk: optional(flag),
  issuedAt: optional(count()),
  expiresAt: count()
});
/** What a session says; who holds one can read it, only the companion can write it. */
export type Claims = Decoded<typeof claims>;

/** `read`: the hub has been away for longer than an hour (I5). */
export type Standing = 'full' | 'read' | 'ended';

/**
 * I5: how a session that ends at `expiresAt` stands now. What was good when the
 * hub was last heard stays good while it is away; when it is back, everybody has
 * ten minutes to renew, so that they do not all come at once.
 */
export function standingOf(
  expiresAt: number,
  now: number,
  absence: Absence | null
): Standing {
  if (now < expiresAt) {
    return 'full';
  }
  if (absence === null || expiresAt < absence.from) {
    return 'ended';
  }
  if (absence.until !== null && now >= absence.until + RETURN_MS) {
    return 'ended';
  }
  return (absence.until ?? now) < absence.from + PROLONG_MS ? 'full' : 'read';
}

/** Makes and reads sessions: `cs1.<claims>.<mac>`, both base64url. */
export class Sessions {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /**
   * A session for somebody proven at `now`. It keeps the id of `earlier` when
   * that names the same user on the same server (I4).
   */
  issue(
    proven: Proven,
    now: number,
    earlier: Claims | null,
    lasts = SESSION_MS
  ): { session: string; claims: Claims } {
    const same =
      earlier?.user === proven.user && earlier.server === proven.server;
    const made: Claims = {
      id: same ? earlier.id : randomBytes(16).toString('base64url'),
      user: proven.user,
      displayName: proven.displayName.slice(0, 100),
      groups: [],
      admin: proven.admin,
      server: proven.server,
      ...(proven.desk === true ? { desk: true } : {}),
      issuedAt: now,
      expiresAt: now + lasts
    };
    made.groups = fitting(proven.groups, made);
    const payload = Buffer.from(JSON.stringify(made)).toString('base64url');
    return {
      session: `${VERSION}.${payload}.${this.#mac(payload)}`,
      claims: made
    };
  }

  /** What a session says, whatever its age; throws SIGNED_OUT for one that is not ours. */
  read(session: string): Claims {
    const [version, payload, mac, ...rest] =
      session.length > MOST_CHARACTERS ? [] : session.split('.');
    if (
      version !== VERSION ||
      !payload ||
      !mac ||
      rest.length > 0 ||
      !this.#signed(payload, mac)
    ) {
      throw new CommonsError('SIGNED_OUT');
    }
    const parsed: unknown = JSON.parse(
      Buffer.from(payload, 'base64url').toString('utf8')
    );
    return claims(parsed);
  }

  #mac(payload: string): string {
    return createHmac('sha256', this.#key)
      .update(`${VERSION}.${payload}`)
      .digest('base64url');
  }

  #signed(payload: string, mac: string): boolean {
    const wanted = Buffer.from(this.#mac(payload));
    const given = Buffer.from(mac);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }
}

/**
 * As many groups as a session of 4096 characters can carry beside the rest.
 * Somebody in hundreds of groups loses what the last ones would give, and never gains.
 */
function fitting(groups: string[], rest: Claims): string[] {
  const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  let room = 3000 - bytes(rest);
  return groups.filter(group => (room -= bytes(group) + 1) >= 0);
}
