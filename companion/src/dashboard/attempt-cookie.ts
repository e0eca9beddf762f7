import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../rooms/types.ts';
import type { Attempt } from './oauth.ts';

const NAME = 'commons-sign-in';
const SECONDS = 600;

/**
 * Ties the hub's answer to the window that asked (`state`) and keeps the PKCE
 * verifier in between. Signed, ten minutes, gone with the answer; it opens nothing.
 */
export class AttemptCookie {
  readonly #key: Buffer;
  readonly #path: string;
  readonly #clock: Clock;

  constructor(options: { key: Buffer; path: string; clock: Clock }) {
    this.#key = options.key;
    this.#path = options.path;
    this.#clock = options.clock;
  }

  write({ state, verifier }: Attempt, secure: boolean): string {
    const end = this.#clock.now() + SECONDS * 1000;
    const value = `${state}.${verifier}.${end}`;
    return this.#header(`${value}.${this.#mac(value)}`, SECONDS, secure);
  }

  clear(secure: boolean): string {
    return this.#header('', 0, secure);
  }

  /** The attempt that the answer with `given` as its state belongs to, or null. */
  read(request: IncomingMessage, given: string): Attempt | null {
    const cookies = (request.headers.cookie ?? '').split(/;\s*/);
    const found = cookies.filter(cookie => cookie.startsWith(`${NAME}=`));
    const parts = found.length === 1 ? found[0]!.slice(NAME.length + 1) : '';
    const [state, verifier, end, mac, ...rest] = parts.split('.');
    if (!state || !verifier || !end || !mac || rest.length > 0) {
      return null;
    }
    const fits =
      same(mac, this.#mac(`${state}.${verifier}.${end}`)) &&
      same(given, state) &&
      Number(end) > this.#clock.now();
    return fits ? { state, verifier } : null;
  }

  #header(value: string, seconds: number, secure: boolean): string {
    const flags = `Path=${this.#path}; Max-Age=${seconds}; HttpOnly; SameSite=Lax`;
    return `${NAME}=${value}; ${flags}${secure ? '; Secure' : ''}`;
  }

  #mac(value: string): string {
    return createHmac('sha256', this.#key)
      .update(`dashboard sign-in ${value}`)
      .digest('base64url');
  }
}

function same(given: string, wanted: string): boolean {
  const [one, two] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === two.length && timingSafeEqual(one, two);
}
