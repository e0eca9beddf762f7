import { createHash, randomBytes } from 'node:crypto';
import {
  CommonsError,
  record,
  text,
  type Decoded
} from '@jupyterlab-commons/protocol';

const granted = record({ access_token: text(4096) });

/** What a sign-in that has begun must remember until the hub sends its person back. */
export type Attempt = { state: string; verifier: string };

export type OAuthOptions = {
  /** Of the hub's API, without a slash at the end. */
  apiUrl: string;
  /** The service's own token, which is its client secret too. */
  apiToken: string;
  clientId: string;
  /** The hub's origin where it has another than we; else empty. */
  hubHost: string;
  hubBaseUrl: string;
  /** Exactly as the hub has it registered, a bare path included. */
  callback: string;
  timeoutMs?: number;
};

/**
 * Signing in at the hub for the admin's page (OAuth 2 code flow with PKCE).
 * Hubs before 6 ignore the challenge, later ones require that it fits.
 */
export class HubOAuth {
  readonly #options: OAuthOptions;

  constructor(options: OAuthOptions) {
    this.#options = options;
  }

  begin(): Attempt {
    return {
      state: randomBytes(24).toString('base64url'),
      verifier: randomBytes(48).toString('base64url')
    };
  }

  /** Where the browser goes to be asked who it is. */
  address({ state, verifier }: Attempt): string {
    const { hubHost, hubBaseUrl, clientId, callback } = this.#options;
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: callback,
      response_type: 'code',
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256'
    });
    return `${hubHost}${hubBaseUrl}hub/api/oauth2/authorize?${query}`;
  }

  /**
   * The token behind a code; SIGNED_OUT for one that the hub does not take, as
   * one that was used before; HUB_ABSENT when it cannot be asked.
   */
  async redeem(code: string, { verifier }: Attempt): Promise<string> {
    const { apiUrl, apiToken, clientId, callback } = this.#options;
    const response = await this.#post(
      `${apiUrl}/oauth2/token`,
      new URLSearchParams({
        client_id: clientId,
        client_secret: apiToken,
        grant_type: 'authorization_code',
        code,
        redirect_uri: callback,
        code_verifier: verifier
      })
    );
    if (response.status >= 500) {
      throw new CommonsError('HUB_ABSENT');
    }
    if (!response.ok) {
      throw new CommonsError('SIGNED_OUT');
    }
    return decoded(await response.text()).access_token;
  }

  async #post(url: string, body: URLSearchParams): Promise<Response> {
    try {
      return await fetch(url, {
        method: 'POST',
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(this.#options.timeoutMs ?? 5000)
      });
    } catch {
      // The reason may quote the request, secret and all.
      throw new CommonsError('HUB_ABSENT');
    }
  }
}

function decoded(answer: string): Decoded<typeof granted> {
  try {
    return granted(JSON.parse(answer));
  } catch {
    throw new CommonsError('HUB_ABSENT');
  }
}
