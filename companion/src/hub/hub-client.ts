import {
  CommonsError,
  dictionary,
  flag,
  list,
  nullable,
  optional,
  record,
  text,
  type Decoded,
  type Decoder
} from '@jupyterlab-commons/protocol';
import type { Clock } from '../rooms/types.ts';
import { createGate } from './gate.ts';
import { usersPage, type UsersPage } from './users-page.ts';

const hubUser = record({
  kind: optional(text(64)),
  name: text(255),
  admin: optional(nullable(flag)),
  groups: optional(list(text(255))),
  scopes: optional(list(text(1024))),
  user_info: optional(
    nullable(record({ display_name: optional(nullable(text(255))) }))
  )
});
export type HubUser = Decoded<typeof hubUser>;

const hubUsers = record({ items: list(hubUser) });

const hubServers = record({
  name: text(255),
  servers: optional(
    dictionary(record({ started: optional(nullable(text(64))) }), 1000)
  )
});

/** A server that runs, starts or stops; `started` in milliseconds since 1970, null where the hub does not say. */
export type FoundServer = { started: number | null };

const NO_SCOPE = 'the role of the service lacks a scope';
const ANSWER_BYTES = 4 * 1024 * 1024;
const STOP_MS = 30_000;

/** A page of a list takes the hub longer than one answer. */
const PAGE_TIMEOUT_MS = 20_000;

/** An answer that is larger than what is read of it. */
export class TooLarge extends Error {}

/** A time without the hub: from when it was last heard until it answered again. */
export type Absence = { from: number; until: number | null };

/** How long after a return everybody may take to present their tokens again. */
export const RETURN_MS = 10 * 60_000;

export type HubClientOptions = {
  apiUrl: string;
  /** The service's own token, for questions that are not about a caller's token. */
  apiToken: string;
  clock: Clock;
  timeoutMs?: number;
};

/** The name to show for a hub user; hubs before 6 know no other than the user name. */
export function displayNameOf(user: HubUser): string {
  return user.user_info?.display_name || user.name;
}

/**
 * The only place that calls out. Always the configured address, never a
 * redirect; at most ten calls at a time. A hub that cannot be asked, or answers
 * nonsense, is HUB_ABSENT.
 */
export class HubClient {
  readonly #options: HubClientOptions;
  readonly #pass = createGate(10, 1000);
  #heardAt: number;
  #absence: Absence | null = null;

  constructor(options: HubClientOptions) {
    this.#options = options;
    this.#heardAt = options.clock.now();
  }

  /** The latest absence; null when none matters any more. */
  get absence(): Absence | null {
    return this.#absence;
  }

  /** Whose token this is; null for one that the hub does not know or no longer takes. */
  async whoami(token: string): Promise<HubUser | null> {
    const answer = await this.#ask('user', token, hubUser);
    return answer === 'refused' || answer === 'unknown' ? null : answer;
  }

  /** The user of that name, or null when there is none. */
  async user(name: string): Promise<HubUser | null> {
    const answer = await this.#own(
      `users/${encodeURIComponent(name)}`,
      hubUser
    );
    return answer === 'unknown' || answer.name !== name ? null : answer;
  }

  /** At most 20 users with `part` somewhere in their name. */
  async search(part: string): Promise<HubUser[]> {
    const query = new URLSearchParams({ name_filter: part, limit: '20' });
    const answer = await this.#own(`users?${query}`, hubUsers);
    return answer === 'unknown' ? [] : answer.items.slice(0, 20);
  }

  /** That server of that user, or null when it does not run. The empty name is the default one. */
  async server(user: string, server: string): Promise<FoundServer | null> {
    const answer = await this.#own(
      `users/${encodeURIComponent(user)}`,
      hubServers
    );
    if (answer === 'unknown' || answer.name !== user) {
      return null;
    }
    if (answer.servers === undefined) {
      // Without the scope servers are left out, which must not pass for none.
      throw lacksScope();
    }
    if (!Object.hasOwn(answer.servers, server)) {
      return null;
    }
    const started = Date.parse(answer.servers[server]?.started ?? '');
    return { started: Number.isNaN(started) ? null : started };
  }

  /**
   * Stops a server; `stopping` when the hub has begun and is not done, `gone`
   * also when there was none. Needs `delete:servers`. Rejects with HUB_ABSENT
   * where nobody knows what became of it, with INTERNAL where the hub cannot.
   */
  async stopServer(user: string, server: string): Promise<'gone' | 'stopping'> {
    const name = encodeURIComponent(user);
    const place =
      server === '' ? 'server' : `servers/${encodeURIComponent(server)}`;
    const status = await this.#delete(`users/${name}/${place}`);
    if (status === 401 || status === 403) {
      throw lacksScope();
    }
    if (status >= 400 && status !== 404) {
      throw new CommonsError('INTERNAL', `the hub answers ${status}`);
    }
    return status === 202 ? 'stopping' : 'gone';
  }

  /**
   * A page of the users of the hub; `active`: only those with a server. Says
   * nothing of whether the hub is there for others, who ask for less. Throws
   * `TooLarge` where fewer users have to be asked for.
   */
  async users(query: {
    active: boolean;
    offset: number;
    limit: number;
  }): Promise<UsersPage> {
    const { active, offset, limit } = query;
    const words = new URLSearchParams({
      ...(active ? { state: 'active' } : {}),
      offset: String(offset),
      limit: String(limit)
    });
    return this.#quietly(`users?${words}`, usersPage);
  }

  /** Whether that user has a server that runs, starts or stops; false for nobody. Throws as `users` does. */
  async isActive(user: string): Promise<boolean> {
    const path = `users/${encodeURIComponent(user)}`;
    const answer = await this.#quietly(path, hubServers, () => null);
    if (answer !== null && answer.servers === undefined) {
      throw lacksScope();
    }
    return (
      answer?.name === user && Object.keys(answer.servers ?? {}).length > 0
    );
  }

  /** Asks for a sign of life; never throws. The outcome stands in `absence`. */
  async probe(): Promise<void> {
    await this.#ask('', this.#options.apiToken, record({})).catch(() => {});
  }

  /** Asks with the service's token, and says nothing of whether the hub is there. */
  async #quietly<T, N = never>(
    path: string,
    decode: Decoder<T>,
    unknown: () => N = () => {
      throw new CommonsError('HUB_ABSENT');
    }
  ): Promise<T | N> {
    const { apiToken } = this.#options;
    const answer = await this.#pass(() =>
      this.#fetch(path, apiToken, decode, PAGE_TIMEOUT_MS).catch(
        (error: unknown) => {
          throw error instanceof TooLarge
            ? error
            : new CommonsError('HUB_ABSENT');
        }
      )
    );
    if (answer === 'refused') {
      throw new CommonsError('HUB_ABSENT', NO_SCOPE);
    }
    return answer === 'unknown' ? unknown() : answer;
  }

  async #own<T>(path: string, decode: Decoder<T>): Promise<T | 'unknown'> {
    const answer = await this.#ask(path, this.#options.apiToken, decode);
    if (answer === 'refused') {
      throw lacksScope();
    }
    return answer;
  }

  /** The status of the answer. A hub takes up to ten seconds for a server that does not want to end. */
  async #delete(path: string): Promise<number> {
    try {
      const response = await fetch(`${this.#options.apiUrl}/${path}`, {
        method: 'DELETE',
        redirect: 'error',
        headers: { authorization: `token ${this.#options.apiToken}` },
        signal: AbortSignal.timeout(STOP_MS)
      });
      await response.body?.cancel();
      if ([502, 503, 504].includes(response.status)) {
        throw new Error('not the hub itself');
      }
      this.#heard();
      return response.status;
    } catch {
      this.#lost();
      throw new CommonsError('HUB_ABSENT');
    }
  }

  async #ask<T>(
    path: string,
    token: string,
    decode: Decoder<T>
  ): Promise<T | 'refused' | 'unknown'> {
    return this.#pass(async () => {
      try {
        const answer = await this.#fetch(path, token, decode);
        this.#heard();
        return answer;
      } catch {
        // The reason may quote the request, token and all: it goes nowhere.
        this.#lost();
        throw new CommonsError('HUB_ABSENT');
      }
    });
  }

  #heard(): void {
    const now = this.#options.clock.now();
    this.#heardAt = now;
    if (this.#absence?.until === null) {
      this.#absence = { ...this.#absence, until: now };
    }
  }

  /** A hub that comes and goes within minutes counts as away all the while. */
  #lost(): void {
    const until = this.#absence?.until ?? null;
    const again =
      until !== null && this.#options.clock.now() < until + RETURN_MS;
    if (this.#absence === null || (until !== null && !again)) {
      this.#absence = { from: this.#heardAt, until: null };
    } else {
      this.#absence = { ...this.#absence, until: null };
    }
  }

  async #fetch<T>(
    path: string,
    token: string,
    decode: Decoder<T>,
    timeoutMs = this.#options.timeoutMs ?? 5000
  ): Promise<T | 'refused' | 'unknown'> {
    const response = await fetch(`${this.#options.apiUrl}/${path}`, {
      redirect: 'error',
      headers: {
        authorization: `token ${token}`,
        accept: 'application/jupyterhub-pagination+json, application/json'
      },
      signal: AbortSignal.timeout(timeoutMs)
    });
    if (response.ok) {
      return decode(JSON.parse(await textOf(response)));
    }
    await response.body?.cancel();
    if (response.status === 401 || response.status === 403) {
      return 'refused';
    }
    if (response.status === 404) {
      return 'unknown';
    }
    throw new Error(`status ${response.status}`);
  }
}

function lacksScope(): CommonsError {
  return new CommonsError(
    'HUB_ABSENT',
    'the role of the service lacks a scope'
  );
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES) {
      throw new TooLarge('the answer is too large');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
