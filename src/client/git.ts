import {
  CommonsError,
  gitCommit,
  gitHistoryLine,
  gitRefs,
  gitRepository,
  isErrorCode,
  type Decoder,
  type GitCommit,
  type GitHistoryLine,
  type GitRefs,
  type GitRepository,
  type GitRow
} from '@jupyterlab-commons/protocol';
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { readJsonLines } from './git-stream';
import { refusalOf } from './http';

/** What `GET history` is asked; see the contract. */
export type HistoryQuery = {
  ref?: string;
  path?: string;
  text?: string;
  author?: string;
  since?: number;
  until?: number;
  after?: string;
  limit?: number;
};

export type HistoryEnd = NonNullable<GitHistoryLine['end']>;

/** The list of programs as the repository's answer has it. */
export type GitPrograms = NonNullable<GitRepository['programs']>;

type Asked = Record<string, string | number | undefined>;

/** What the panel of history asks of the own server. */
export interface IGitCalls {
  repository(path: string, signal?: AbortSignal): Promise<GitRepository>;
  refs(repo: string, query: string, signal?: AbortSignal): Promise<GitRefs>;
  commit(
    repo: string,
    hash: string,
    from?: string,
    signal?: AbortSignal
  ): Promise<GitCommit>;
  /** Resolves with the end; rows are taken before, as they come. */
  history(
    repo: string,
    query: HistoryQuery,
    take: (rows: GitRow[]) => void,
    signal?: AbortSignal
  ): Promise<HistoryEnd>;
  /** Answers what the repository is from now on. */
  trust(
    repo: string,
    trusted: boolean,
    programs: GitPrograms
  ): Promise<GitRepository>;
}

/** Calls below `commons/git` of the own server. Rejects with a CommonsError where the server refuses. */
export class GitCalls implements IGitCalls {
  constructor(private readonly _settings: ServerConnection.ISettings) {}

  repository(path: string, signal?: AbortSignal): Promise<GitRepository> {
    return this._get('repository', { path }, gitRepository, signal);
  }

  refs(repo: string, query: string, signal?: AbortSignal): Promise<GitRefs> {
    return this._get('refs', { repo, query }, gitRefs, signal);
  }

  commit(
    repo: string,
    hash: string,
    from?: string,
    signal?: AbortSignal
  ): Promise<GitCommit> {
    return this._get('commit', { repo, hash, from }, gitCommit, signal);
  }

  async history(
    repo: string,
    query: HistoryQuery,
    take: (rows: GitRow[]) => void,
    signal?: AbortSignal
  ): Promise<HistoryEnd> {
    const response = await this._ask('history', { repo, ...query }, { signal });
    let end: HistoryEnd | undefined;
    await readJsonLines(response.body!, gitHistoryLine, lines => {
      take(lines.flatMap(each => each.row ?? []));
      for (const { end: last, error } of lines) {
        if (error !== undefined) {
          const code = isErrorCode(error.code) ? error.code : 'INTERNAL';
          throw new CommonsError(code, error.detail);
        }
        end ??= last;
      }
    });
    if (end === undefined) {
      throw new CommonsError('GIT_FAILED', 'the answer was cut off');
    }
    return end;
  }

  async trust(
    repo: string,
    trusted: boolean,
    programs: GitPrograms
  ): Promise<GitRepository> {
    const body = JSON.stringify({ repo, trusted, programs });
    const response = await this._ask('trust', {}, { method: 'POST', body });
    return decodeAnswer(await response.text(), gitRepository);
  }

  private async _get<T>(
    name: string,
    asked: Asked,
    answer: Decoder<T>,
    signal?: AbortSignal
  ): Promise<T> {
    const response = await this._ask(name, asked, { signal });
    return decodeAnswer(await response.text(), answer);
  }

  private async _ask(
    name: string,
    asked: Asked,
    init: RequestInit
  ): Promise<Response> {
    const given = Object.entries(asked).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, String(value)] as [string, string]]
    );
    const url = URLExt.join(this._settings.baseUrl, 'commons', 'git', name);
    const query = new URLSearchParams(given).toString();
    const response = await ServerConnection.makeRequest(
      query === '' ? url : `${url}?${query}`,
      init,
      this._settings
    );
    if (!response.ok) {
      throw refusalOf(response.status, await response.text());
    }
    return response;
  }
}

function decodeAnswer<T>(text: string, answer: Decoder<T>): T {
  try {
    return answer(JSON.parse(text));
  } catch (error) {
    // The two sides speak different versions.
    throw new CommonsError(
      'PAGE_TOO_OLD',
      error instanceof CommonsError ? error.detail : undefined
    );
  }
}
