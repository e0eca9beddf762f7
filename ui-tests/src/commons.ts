import type { Page } from '@playwright/test';
import {
  pathOf,
  routes,
  type DocumentInfo,
  type RouteName,
  type Session
} from '@jupyterlab-commons/protocol';

type Parts = Record<string, string | number>;

export type Reply = { status: number; body: unknown };

/** Asks the companion without a browser. No Origin, no cookies, unless a test adds them. */
export async function ask(
  hubUrl: string,
  route: RouteName,
  {
    parts,
    headers,
    body
  }: { parts?: Parts; headers?: Record<string, string>; body?: unknown } = {}
): Promise<Reply> {
  const response = await fetch(
    `${hubUrl}services/commons/${pathOf(route, parts)}`,
    {
      method: routes[route].method,
      headers: { 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    }
  );
  const text = await response.text();
  return {
    status: response.status,
    body: text === '' ? null : (JSON.parse(text) as unknown)
  };
}

/** The code of a refusal; null for an answer that is none. */
export function codeOf({ body }: Reply): string | null {
  return (body as { error?: { code?: string } } | null)?.error?.code ?? null;
}

/** The companion as one person's programs see it. */
export class Commons {
  private constructor(
    private readonly _hubUrl: string,
    readonly session: Session
  ) {}

  static async signIn(hubUrl: string, token: string): Promise<Commons> {
    const reply = await Commons.present(hubUrl, token);
    if (reply.status !== 200) {
      throw new Error(
        `Signing in was refused: ${reply.status} ${codeOf(reply) ?? ''}`
      );
    }
    return new Commons(hubUrl, reply.body as Session);
  }

  /** Presents a token and answers what the companion says to it. */
  static present(hubUrl: string, token: string): Promise<Reply> {
    return ask(hubUrl, 'session', {
      headers: { Authorization: `token ${token}` },
      body: {}
    });
  }

  call(route: RouteName, parts?: Parts, body?: unknown): Promise<Reply> {
    return ask(this._hubUrl, route, {
      parts,
      body,
      headers: { Authorization: `Bearer ${this.session.session}` }
    });
  }

  async documents(): Promise<DocumentInfo[]> {
    const { body } = await this.call('listDocuments');
    return (body as { documents: DocumentInfo[] }).documents;
  }

  /** The document of a file that this person has shared. */
  async documentOf(path: string): Promise<DocumentInfo> {
    const found = (await this.documents()).find(each => each.path === path);
    if (!found) {
      throw new Error(`${path} is not shared.`);
    }
    return found;
  }

  async ticket(id: string): Promise<string> {
    const { body } = await this.call('documentTicket', { id }, {});
    return (body as { ticket: string }).ticket;
  }
}

/** How an attempt to open a WebSocket ended, as a page sees it. */
export type Attempt = { opened: boolean; close: number | null };

/** Opens a WebSocket from a page, with the page's Origin and cookies; says how it went. */
export async function openSocket(
  page: Page,
  url: string,
  protocols: string[]
): Promise<Attempt> {
  return page.evaluate(
    ([address, offered]) =>
      new Promise<Attempt>(resolve => {
        const socket = new WebSocket(address, offered);
        socket.onopen = () => {
          resolve({ opened: true, close: null });
          socket.close();
        };
        socket.onclose = event => resolve({ opened: false, close: event.code });
      }),
    [url, protocols] as const
  );
}

/** The address of a WebSocket route. */
export function socketUrl(
  hubUrl: string,
  route: RouteName,
  parts?: Parts
): string {
  return `${hubUrl.replace(/^http/, 'ws')}services/commons/${pathOf(route, parts)}`;
}
