import {
  gitDiff,
  gitDone,
  gitRemotes,
  gitRepository,
  gitStatus,
  type GitDiff,
  type GitDone,
  type GitPerson,
  type GitRemotes,
  type GitRepository,
  type GitStatus
} from '@jupyterlab-commons/protocol';
import type { ServerConnection } from '@jupyterlab/services';
import { gitCall, gitPost } from './git-call';
import type { FileChange } from './git-files';

/** What goes into the index or out of it; see `gitStage` of the contract. */
export type StageRequest = {
  repo: string;
  paths: string[];
  cells?: number[];
  removed?: number[];
  withoutOutputs?: boolean;
};

export type CommitRequest = {
  repo: string;
  message: string;
  head: string | null;
  coAuthors: GitPerson[];
  hooks: boolean;
};

/** Typed for one `origin`; whoever has it hands it on at once and keeps nothing. */
export type Credentials = { username: string; secret: string; origin?: string };

export type RemoteVerb = 'fetch' | 'pull' | 'push';
export type RefVerb = 'create' | 'switch' | 'delete';

/** What the view of changes asks of the own server. */
export interface IGitWrites {
  repository(path: string): Promise<GitRepository>;
  status(repo: string): Promise<GitStatus>;
  diff(change: FileChange): Promise<GitDiff>;
  stage(request: StageRequest): Promise<GitDone>;
  unstage(request: StageRequest): Promise<GitDone>;
  commit(request: CommitRequest): Promise<GitDone>;
  /** `at` is a hash or a ref; without it, HEAD. */
  branch(
    repo: string,
    verb: RefVerb,
    name: string,
    at?: string
  ): Promise<GitDone>;
  tag(
    repo: string,
    verb: 'create' | 'delete',
    name: string,
    at?: string,
    message?: string
  ): Promise<GitDone>;
  remotes(repo: string): Promise<GitRemotes>;
  /** May take minutes; the signal ends git as well. Without `to` the server takes the usual one. */
  remote(
    verb: RemoteVerb,
    repo: string,
    credentials?: Credentials,
    signal?: AbortSignal,
    to?: string
  ): Promise<GitDone>;
}

export class GitWrites implements IGitWrites {
  constructor(private readonly _settings: ServerConnection.ISettings) {}

  repository(path: string): Promise<GitRepository> {
    return this._get('repository', { path }, gitRepository);
  }

  status(repo: string): Promise<GitStatus> {
    return this._get('status', { repo }, gitStatus);
  }

  diff(change: FileChange): Promise<GitDiff> {
    return this._get('diff', change, gitDiff);
  }

  stage(request: StageRequest): Promise<GitDone> {
    return this._post('stage', request);
  }

  unstage(request: StageRequest): Promise<GitDone> {
    return this._post('unstage', request);
  }

  commit(request: CommitRequest): Promise<GitDone> {
    return this._post('commit', request);
  }

  branch(
    repo: string,
    verb: RefVerb,
    name: string,
    at?: string
  ): Promise<GitDone> {
    return this._post('branch', { repo, verb, name, at });
  }

  tag(
    repo: string,
    verb: 'create' | 'delete',
    name: string,
    at?: string,
    message?: string
  ): Promise<GitDone> {
    return this._post('tag', { repo, verb, name, at, message });
  }

  remotes(repo: string): Promise<GitRemotes> {
    return this._get('remotes', { repo }, gitRemotes);
  }

  remote(
    verb: RemoteVerb,
    repo: string,
    credentials?: Credentials,
    signal?: AbortSignal,
    to?: string
  ): Promise<GitDone> {
    return this._post(verb, { repo, remote: to, credentials }, signal);
  }

  private _get<T>(
    name: string,
    asked: Record<string, string | undefined>,
    answer: (value: unknown) => T
  ): Promise<T> {
    return gitCall(this._settings, 'GET', name, asked, answer);
  }

  private _post(
    name: string,
    body: object,
    signal?: AbortSignal
  ): Promise<GitDone> {
    return gitPost(this._settings, name, body, gitDone, signal);
  }
}
