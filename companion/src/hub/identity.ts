import { CommonsError } from '@jupyterlab-commons/protocol';
import {
  displayNameOf,
  type Absence,
  type HubClient,
  type HubUser
} from './hub-client.ts';
import type { StaticTokens } from './static-tokens.ts';

/** Somebody the hub or the file of static tokens vouches for. */
export type Proven = {
  user: string;
  displayName: string;
  groups: string[];
  admin: boolean;
  /** The named server the token belongs to; empty for the default one. */
  server: string;
  /** It does not come from somebody's server, where code of others may run. */
  desk?: boolean;
};

/** Somebody who exists, whoever asks. */
export type KnownUser = Pick<Proven, 'user' | 'displayName' | 'groups'>;

/**
 * I3: the named server that makes a token count as its user, or null when it
 * does not. A visitor's token, found on the server of somebody else, names the
 * visitor but carries only the scope of that server.
 */
export function ownServer(user: HubUser): string | null {
  if (user.kind !== 'user' || user.name === '' || user.name.includes('/')) {
    return null;
  }
  const prefix = `access:servers!server=${user.name}/`;
  const scopes = user.scopes ?? [];
  const servers = scopes.filter(scope => scope.startsWith(prefix));
  if (
    scopes.includes('access:servers') ||
    scopes.includes(`access:servers!user=${user.name}`)
  ) {
    return '';
  }
  // A token of one server names one; one that names more belongs to none in particular.
  return servers.length === 0
    ? null
    : servers.length === 1
      ? servers[0]!.slice(prefix.length)
      : '';
}

/** Who people are: the hub, and the file of static tokens. */
export class Identity {
  readonly #hub: HubClient | null;
  readonly #tokens: StaticTokens;
  readonly #guestLink: string;

  constructor(options: {
    hub: HubClient | null;
    tokens: StaticTokens;
    hubBaseUrl: string;
  }) {
    this.#hub = options.hub;
    this.#tokens = options.tokens;
    this.#guestLink = `${options.hubBaseUrl}hub/user-redirect/lab`;
  }

  /** Whose token it is; throws SIGNED_OUT, GUEST_SERVER or HUB_ABSENT. */
  async prove(token: string): Promise<Proven> {
    const known = this.#tokens.find(token);
    if (known) {
      const {
        user,
        displayName = user,
        groups = [],
        admin = false,
        server = ''
      } = known;
      return { user, displayName, groups, admin, server, desk: true };
    }
    const user = this.#hub ? await this.#hub.whoami(token) : null;
    if (user === null) {
      throw new CommonsError('SIGNED_OUT');
    }
    const server = ownServer(user);
    if (server === null) {
      throw new CommonsError('GUEST_SERVER', undefined, this.#guestLink);
    }
    return { ...knownUser(user), admin: user.admin === true, server };
  }

  /** The user of that name, or null; throws HUB_ABSENT when that cannot be said. */
  async lookUp(name: string): Promise<KnownUser | null> {
    const row = this.#tokens.user(name);
    if (row) {
      return {
        user: row.user,
        displayName: row.displayName ?? row.user,
        groups: row.groups ?? []
      };
    }
    const user = this.#hub ? await this.#hub.user(name) : null;
    return user === null ? null : knownUser(user);
  }

  /** At most 20 people with `part` in their name. */
  async search(part: string): Promise<KnownUser[]> {
    const rows = this.#tokens
      .search(part)
      .map(({ user, displayName = user, groups = [] }) => ({
        user,
        displayName,
        groups
      }));
    const users = this.#hub
      ? (await this.#hub.search(part)).map(knownUser)
      : [];
    return [...rows, ...users].slice(0, 20);
  }

  /** The latest absence of the hub; there is none where there is no hub. */
  get absence(): Absence | null {
    return this.#hub?.absence ?? null;
  }

  /** Asks the hub for a sign of life; never throws. */
  async probe(): Promise<void> {
    await this.#hub?.probe();
  }
}

function knownUser(user: HubUser): KnownUser {
  return {
    user: user.name,
    displayName: displayNameOf(user),
    groups: user.groups ?? []
  };
}
