import {
  optional,
  record,
  text,
  type CommonsError,
  type Decoder
} from '@jupyterlab-commons/protocol';
import { isIntercepted } from './intercepted.tsx';
import type { Start } from './start.ts';

/** A refusal, as the companion's table of errors words it; `SIGNED_OUT` asks for the page to be opened anew. */
export class Refused extends Error {
  readonly code: CommonsError['code'] | 'UNREACHABLE';

  constructor(code: Refused['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const refusal = record({
  error: record({
    code: text(64),
    message: text(2000),
    detail: optional(text(2000))
  })
});

/** Calls of the companion, with the session that the page was handed. */
export class Api {
  readonly #start: Start;

  constructor(start: Start) {
    this.#start = start;
  }

  get<T>(
    path: string,
    decode: Decoder<T>,
    query: Record<string, string | number | undefined> = {}
  ): Promise<T> {
    const pairs = Object.entries(query).flatMap(([key, value]) =>
      value === undefined || value === '' ? [] : [[key, String(value)]]
    );
    const search = new URLSearchParams(pairs).toString();
    return this.#ask('GET', search === '' ? path : `${path}?${search}`).then(
      async response => decode(await response.json())
    );
  }

  async post<T>(path: string, body: unknown, decode: Decoder<T>): Promise<T> {
    const response = await this.#ask('POST', path, body);
    return decode(response.status === 204 ? {} : await response.json());
  }

  /** Does something; what is answered does not matter. */
  async send(
    method: 'POST' | 'DELETE',
    path: string,
    body?: unknown
  ): Promise<void> {
    await this.#ask(method, path, body);
  }

  async file(path: string): Promise<Blob> {
    return (await this.#ask('GET', path)).blob();
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Response> {
    const { prefix, session } = this.#start;
    if (isIntercepted()) {
      throw new Refused('UNREACHABLE', 'Another page reads along.');
    }
    const response = await fetch(prefix + path, {
      method,
      credentials: 'omit',
      headers: {
        authorization: `Bearer ${session}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' })
      },
      body: body === undefined ? undefined : JSON.stringify(body)
    }).catch(() => {
      throw new Refused(
        'UNREACHABLE',
        'The companion does not answer. It is asked again by itself.'
      );
    });
    if (!response.ok) {
      throw await refusalOf(response);
    }
    return response;
  }
}

async function refusalOf(response: Response): Promise<Refused> {
  try {
    const { error } = refusal(await response.json());
    const { code, message, detail } = error;
    return new Refused(
      code as Refused['code'],
      detail === undefined ? message : `${message} (${detail})`
    );
  } catch {
    return new Refused(
      'UNREACHABLE',
      `The companion answered with ${response.status}. It is asked again by itself.`
    );
  }
}
