import {
  CommonsError,
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

const ANSWER_BYTES = 4 * 1024 * 1024;

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

  /** Asks for a sign of life; never throws. The outcome stands in `absence`. */
  async probe(): Promise<void> {
    await this.#ask('', this.#options.apiToken, record({})).catch(() => {});
  }

  async #own<T>(path: string, decode: Decoder<T>): Promise<T | 'unknown'> {
    const answer = await this.#ask(path, this.#options.apiToken, decode);
    if (answer === 'refused') {
      throw new CommonsError(
        'HUB_ABSENT',
        'the role of the service lacks a scope'
      );
    }
    return answer;
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
    decode: Decoder<T>
  ): Promise<T | 'refused' | 'unknown'> {
    const response = await fetch(`${this.#options.apiUrl}/${path}`, {
      redirect: 'error',
      headers: {
        authorization: `token ${token}`,
        accept: 'application/jupyterhub-pagination+json, application/json'
      },
      signal: AbortSignal.timeout(this.#options.timeoutMs ?? 5000)
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

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES) {
      throw new Error('the answer is too large');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
