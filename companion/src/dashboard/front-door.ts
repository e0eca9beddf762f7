import type { IncomingMessage, ServerResponse } from 'node:http';
import { CommonsError } from '@jupyterlab-commons/protocol';
import { isEncrypted } from '../http/forwarded.ts';
import type { Sessions } from '../hub/sessions.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import type { AttemptCookie } from './attempt-cookie.ts';
import type { DashboardFiles } from './files.ts';
import { dashboardHtml, enterHtml, plainHtml } from './html.ts';
import type { HubOAuth } from './oauth.ts';

/** How long the page may act before it must be opened anew, which asks the hub again. */
export const PAGE_MS = 30 * 60_000;
const CALLBACK = 'oauth_callback';

/** Who a token of the hub's OAuth belongs to. */
export type Visitor = {
  user: string;
  displayName: string;
  groups: string[];
  admin: boolean;
};

export type FrontDoorOptions = {
  prefix: string;
  hubBaseUrl: string;
  oauth: HubOAuth;
  cookie: AttemptCookie;
  files: DashboardFiles;
  sessions: Sessions;
  /** Asks the hub, with the token, once; null for one that it does not take. */
  whoIs(token: string): Promise<Visitor | null>;
  /** Q5: whether there is anything that they may see. */
  maySee(visitor: Visitor): boolean;
  clock: Clock;
  log: Log;
};

/**
 * Q9: the only thing that a cookie opens, the hub's own that is: whoever opens
 * the page is sent to the hub and comes back with a code that is good once. We
 * keep neither its token nor a cookie of our own beyond the sign-in, so every
 * opening asks the hub anew. Other pages of the same origin, such as those of
 * users' servers, cannot read what the browser is told here: it is told to
 * navigations of the top window alone, never to `fetch` or a frame, and
 * `Cross-Origin-Opener-Policy` cuts the window off from whoever opened it. It
 * is the answer to a form: what a service worker of such a page asks for
 * itself says `empty`, and what the browser asks for in its place (navigation
 * preload, static routes) it asks for by GET.
 */
export class FrontDoor {
  readonly #options: FrontDoorOptions;

  constructor(options: FrontDoorOptions) {
    this.#options = options;
  }

  /** Whether the path, below the prefix, is one of ours. */
  takes(method: string, path: string): boolean {
    return method === 'POST'
      ? path === CALLBACK
      : (method === 'GET' || method === 'HEAD') &&
          (path === '' || path === CALLBACK || this.#options.files.has(path));
  }

  async answer(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: URLSearchParams
  ): Promise<void> {
    if (this.#options.files.has(path)) {
      this.#options.files.send(response, path);
      return;
    }
    if (!isNavigation(request)) {
      throw new CommonsError('ORIGIN_REFUSED', whoAsked(request));
    }
    if (path === '') {
      this.#begin(request, response);
      return;
    }
    if (request.method !== 'POST') {
      this.#enter(response);
      return;
    }
    try {
      await this.#finish(request, response, query);
    } catch (error) {
      this.#failed(request, response, error);
    }
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    const { oauth, cookie } = this.#options;
    const attempt = oauth.begin();
    this.#send(response, 302, '', {
      location: oauth.address(attempt),
      'set-cookie': cookie.write(attempt, isEncrypted(request))
    });
  }

  #enter(response: ServerResponse): void {
    const { prefix, files } = this.#options;
    this.#send(response, 200, enterHtml(prefix, files.assets), {
      'content-security-policy': policyWith("form-action 'self'"),
      // Without it the form would come from nowhere.
      'referrer-policy': 'same-origin'
    });
  }

  async #finish(
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams
  ): Promise<void> {
    const { oauth, cookie, whoIs, maySee } = this.#options;
    const attempt = cookie.read(request, query.get('state') ?? '');
    if (attempt === null || query.get('error') !== null) {
      throw new CommonsError('SIGNED_OUT');
    }
    const visitor = await whoIs(
      await oauth.redeem(query.get('code') ?? '', attempt)
    );
    if (visitor === null) {
      throw new CommonsError('SIGNED_OUT');
    }
    const [status, html] = maySee(visitor)
      ? ([200, this.#page(visitor)] as const)
      : ([403, this.#notForYou()] as const);
    this.#send(response, status, html, this.#clear(request));
  }

  #page({ user, displayName, groups, admin }: Visitor): string {
    const { prefix, files, sessions, clock } = this.#options;
    const now = clock.now();
    const { session, claims } = sessions.issue(
      { user, displayName, groups, admin, server: '', desk: true },
      now,
      null,
      PAGE_MS
    );
    return dashboardHtml(prefix, files.assets, {
      session,
      expiresAt: claims.expiresAt,
      user,
      displayName: claims.displayName
    });
  }

  #notForYou(): string {
    const { prefix, files, hubBaseUrl } = this.#options;
    return plainHtml(prefix, files.assets, {
      title: 'This page is for admins',
      text: 'It shows what everybody uses. What you use, and what you may use, is in the Resources panel of JupyterLab.',
      link: {
        href: `${hubBaseUrl}hub/user-redirect/lab`,
        text: 'Open JupyterLab'
      }
    });
  }

  /** A sign-in that came to nothing is begun again by a click, never by itself: that could go in circles. */
  #failed(
    request: IncomingMessage,
    response: ServerResponse,
    error: unknown
  ): void {
    const { prefix, files, log } = this.#options;
    const refusal =
      error instanceof CommonsError ? error : new CommonsError('INTERNAL');
    if (!(error instanceof CommonsError)) {
      log.error('signing in failed', { reason: reasonOf(error) });
    }
    const html = plainHtml(prefix, files.assets, {
      title: 'You are not signed in',
      text:
        refusal.code === 'SIGNED_OUT'
          ? 'The hub did not confirm this sign-in: it was begun in another window, or is too old.'
          : refusal.message,
      link: { href: prefix, text: 'Sign in again' }
    });
    this.#send(response, refusal.status, html, this.#clear(request));
  }

  #clear(request: IncomingMessage): Record<string, string> {
    return { 'set-cookie': this.#options.cookie.clear(isEncrypted(request)) };
  }

  #send(
    response: ServerResponse,
    status: number,
    html: string,
    headers: Record<string, string>
  ): void {
    const body = Buffer.from(html, 'utf8');
    response.writeHead(status, {
      ...pageHeaders,
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-length': body.length
    });
    response.end(body);
  }
}

/** Scripts, styles and calls of this service alone; no workers, no frames either way. */
const policyWith = (forms: string) =>
  `default-src 'none'; script-src 'self'; worker-src 'none'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; ${forms}; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;

/**
 * `noopener-allow-popups` cuts an opener of the same origin
 * off too, which `same-origin` does not.
 */
const pageHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': policyWith("form-action 'none'"),
  'cross-origin-opener-policy': 'noopener-allow-popups',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  vary: 'Sec-Fetch-Mode, Sec-Fetch-Dest'
} as const;

/** A browser that does not say what it fetches for is refused: all current ones do. */
function isNavigation(request: IncomingMessage): boolean {
  const { mode, dest } = fetchOf(request);
  return mode === 'navigate' && dest === 'document';
}

/** Nothing else asks for a navigation without a window to show it in. */
function whoAsked(request: IncomingMessage): string | undefined {
  const { mode, dest } = fetchOf(request);
  return mode === 'navigate' && dest === 'empty'
    ? 'a service worker has asked in place of this window; clear the data of this site in the browser'
    : undefined;
}

function fetchOf(request: IncomingMessage): { mode?: string; dest?: string } {
  const only = (name: string) => {
    const given = request.headersDistinct[name] ?? [];
    return given.length === 1 ? given[0] : undefined;
  };
  return { mode: only('sec-fetch-mode'), dest: only('sec-fetch-dest') };
}
