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
