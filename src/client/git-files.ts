import {
  gitBlame,
  gitBlob,
  gitCell,
  gitCellHistoryLine,
  gitCommit,
  gitDiff,
  gitDone,
  gitRepository,
  type GitBlame,
  type GitBlob,
  type GitCellHistoryLine,
  type GitCommit,
  type GitDiff,
  type GitDone,
  type GitRepository
} from '@jupyterlab-commons/protocol';
import type { ServerConnection } from '@jupyterlab/services';
import { askGit, gitCall } from './git-call';
import { readToEnd } from './git-stream';

/** A file in one of its versions: a commit's hash, `:index` or `:worktree`. */
export type FileVersion = { repo: string; path: string; rev: string };

/** Two versions of a file; without `from`, what came before. */
export type FileChange = {
  repo: string;
  path: string;
  from?: string;
  to: string;
  fromPath?: string;
};

/** One commit that changed a cell, and the cell as it left it. */
export type CellVersion = {
  row: NonNullable<GitCellHistoryLine['row']>;
  cell: NonNullable<GitCellHistoryLine['cell']>;
};

/** What the views of files and versions ask of the own server. */
export interface IGitFiles {
  repository(path: string): Promise<GitRepository>;
  commit(repo: string, hash: string): Promise<GitCommit>;
  diff(change: FileChange): Promise<GitDiff>;
  /** As the version's file has it. */
  cell(version: FileVersion, index: number): Promise<unknown>;
  blob(version: FileVersion): Promise<GitBlob>;
  blame(version: FileVersion): Promise<GitBlame>;
  /** Resolves at the end; true: there may be older ones. */
  cellHistory(
    version: FileVersion,
    index: number,
    take: (versions: CellVersion[]) => void,
    signal?: AbortSignal
  ): Promise<boolean>;
  restore(version: FileVersion & { fromPath?: string }): Promise<GitDone>;
  checkpoint(file: {
    repo: string;
    path: string;
    message: string;
  }): Promise<GitDone>;
}

export class GitFiles implements IGitFiles {
  constructor(private readonly _settings: ServerConnection.ISettings) {}

  repository(path: string): Promise<GitRepository> {
    return gitCall(
      this._settings,
      'GET',
      'repository',
      { path },
      gitRepository
    );
  }

  commit(repo: string, hash: string): Promise<GitCommit> {
    return gitCall(this._settings, 'GET', 'commit', { repo, hash }, gitCommit);
  }

  diff(change: FileChange): Promise<GitDiff> {
    return gitCall(this._settings, 'GET', 'diff', change, gitDiff);
  }

  async cell(version: FileVersion, index: number): Promise<unknown> {
    const asked = { ...version, index };
    const { cell } = await gitCall(
      this._settings,
      'GET',
      'cell',
      asked,
      gitCell
    );
    return cell;
  }

  blob(version: FileVersion): Promise<GitBlob> {
    return gitCall(this._settings, 'GET', 'blob', version, gitBlob);
  }

  blame(version: FileVersion): Promise<GitBlame> {
    return gitCall(this._settings, 'GET', 'blame', version, gitBlame);
  }

  async cellHistory(
    version: FileVersion,
    index: number,
    take: (versions: CellVersion[]) => void,
    signal?: AbortSignal
  ): Promise<boolean> {
    const asked = { ...version, index };
    const response = await askGit(
      this._settings,
      'GET',
      'cell-history',
      asked,
      signal
    );
    const end = await readToEnd(response.body!, gitCellHistoryLine, lines =>
      take(
        lines.flatMap(({ row, cell }) => (row && cell ? [{ row, cell }] : []))
      )
    );
    return end.cut === true;
  }

  restore(version: FileVersion & { fromPath?: string }): Promise<GitDone> {
    return gitCall(this._settings, 'POST', 'restore', version, gitDone);
  }

  checkpoint(file: {
    repo: string;
    path: string;
    message: string;
  }): Promise<GitDone> {
    return gitCall(this._settings, 'POST', 'checkpoint', file, gitDone);
  }
}
