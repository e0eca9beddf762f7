import type { GitRepository } from '@jupyterlab-commons/protocol';

/** A file or folder of the own files, as the contents API names it. */
export type Place = { path: string; isFile: boolean };

/** What of the history is listed. */
export type Scope = 'file' | 'repository';

/**
 * What the panel can show.
 * - `nowhere`: nothing of the own files is in front.
 * - `closed`: there is no history to list; `repository.kind` says why.
 */
export type HistoryState =
  | { kind: 'loading' }
  | { kind: 'nowhere' }
  | { kind: 'closed'; repository: GitRepository }
  | { kind: 'open'; repository: GitRepository }
  | { kind: 'failed'; reason: unknown };

/** The repository's folder for the contents API, also where there is no commit yet. */
export const repoOf = (state: HistoryState): string =>
  'repository' in state ? (state.repository.repo ?? '') : '';
