import {
  CommonsError,
  gitCheckpointLine,
  isErrorCode,
  type GitCheckpointLine,
  type GitKept
} from '@jupyterlab-commons/protocol';
import type { ServerConnection } from '@jupyterlab/services';
import { askGit } from './git-call';
import { readJsonLines } from './git-stream';

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
    let end: CheckpointEnd | undefined;
    await readJsonLines(answer.body!, gitCheckpointLine, lines => {
      take(lines.flatMap(({ checkpoint }) => checkpoint ?? []));
      for (const line of lines) {
        if (line.error !== undefined) {
          const { code, detail } = line.error;
          throw new CommonsError(isErrorCode(code) ? code : 'INTERNAL', detail);
        }
        end ??= line.end;
      }
    });
    if (end === undefined) {
      throw new CommonsError('GIT_FAILED', 'the answer was cut off');
    }
    return end;
  };
}
