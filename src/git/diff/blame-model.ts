import type { TranslationBundle } from '@jupyterlab/translation';
import type { GitBlame } from '@jupyterlab-commons/protocol';
import { shortName } from '../../ui/words';
import { agoWords } from './version-words';

export type BlameCell = GitBlame['cells'][number];

/** A cell of the open notebook. */
export type OpenCell = { id: string; index: number };

/** Which line of a blame is about which cell of the open notebook. */
export class BlameIndex {
  constructor(
    readonly blame: GitBlame,
    /** The ids that the open notebook had when it was asked. */
    ids: readonly string[]
  ) {
    blame.cells.forEach(cell => {
      // Old formats keep no ids; JupyterLab then makes new ones at each opening.
      const id = cell.id ?? ids[cell.index];
      if (id !== undefined) {
        this._byId.set(id, cell);
      }
    });
  }

  of(id: string): BlameCell | undefined {
    return this._byId.get(id);
  }

  private readonly _byId = new Map<string, BlameCell>();
}

/** "Ana · 3 weeks ago · Fix the plot". */
export function blameWords(
  trans: TranslationBundle,
  { commits }: Pick<GitBlame, 'commits'>,
  cell: BlameCell | undefined,
  now: number
): string {
  const hash = cell?.source ?? undefined;
  const commit =
    hash !== undefined && Object.hasOwn(commits, hash)
      ? commits[hash]
      : undefined;
  return commit === undefined
    ? trans.__('Not committed yet')
    : [
        shortName(commit.author.name),
        agoWords(commit.at, now),
        shortName(commit.subject)
      ].join(' · ');
}
