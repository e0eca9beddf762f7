import {
  gitCommit,
  gitHistoryLine,
  gitRefs,
  gitRepository,
  type Decoder,
  type GitCommit,
  type GitHistoryLine,
  type GitRefs,
  type GitRepository,
  type GitRow
} from '@jupyterlab-commons/protocol';
import type { ServerConnection } from '@jupyterlab/services';
import { askGit, gitCall, gitPost, type Asked } from './git-call';
import { readToEnd } from './git-stream';

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
    const asked = { repo, ...query };
    const response = await askGit(
      this._settings,
      'GET',
      'history',
      asked,
      signal
    );
    return readToEnd(response.body!, gitHistoryLine, lines =>
      take(lines.flatMap(each => each.row ?? []))
    );
  }

  trust(
    repo: string,
    trusted: boolean,
    programs: GitPrograms
  ): Promise<GitRepository> {
    const body = { repo, trusted, programs };
    return gitPost(this._settings, 'trust', body, gitRepository);
  }

  private _get<T>(
    name: string,
    asked: Asked,
    answer: Decoder<T>,
    signal?: AbortSignal
  ): Promise<T> {
    return gitCall(this._settings, 'GET', name, asked, answer, signal);
  }
}
