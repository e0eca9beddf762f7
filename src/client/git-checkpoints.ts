import {
  gitCheckpointLine,
  type GitCheckpointLine,
  type GitKept
} from '@jupyterlab-commons/protocol';
import type { ServerConnection } from '@jupyterlab/services';
import { askGit } from './git-call';
import { readToEnd } from './git-stream';

export type CheckpointQuery = {
  repo: string;
  /** Without it: of all files. */
  path?: string;
  after?: string;
  limit?: number;
};

export type CheckpointEnd = NonNullable<GitCheckpointLine['end']>;

/** A page of kept versions, newest first; resolves with the end. */
export type ListCheckpoints = (
  query: CheckpointQuery,
  take: (kept: GitKept[]) => void,
  signal?: AbortSignal
) => Promise<CheckpointEnd>;

/** `GET checkpoints` of the own server. */
export function checkpointCalls(
  settings: ServerConnection.ISettings
): ListCheckpoints {
  return async (query, take, signal) => {
    const answer = await askGit(settings, 'GET', 'checkpoints', query, signal);
    return readToEnd(answer.body!, gitCheckpointLine, lines =>
      take(lines.flatMap(({ checkpoint }) => checkpoint ?? []))
    );
  };
}
