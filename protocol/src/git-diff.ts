/**
 * What changed in one file, who changed it, and its versions: the part of the
 * git history (git.ts) that looks into files. Cells are matched as cells.ts says.
 */
import {
  anything,
  count,
  dictionary,
  flag,
  list,
  nullable,
  oneOf,
  optional,
  record,
  text,
  type Decoded
} from './decode.ts';
import { gitHash, gitPath, gitPerson, gitRow } from './git.ts';

const hash = gitHash;
const path = gitPath;
const moment = count();

/** A version of a file: a commit's hash, or the index, or the file on disk. */
export const GIT_INDEX = ':index';
export const GIT_WORKTREE = ':worktree';

/** How many characters of a cell, and of a text file, a diff carries at most. */
const source = text(2_000_000);
const fileText = text(5_242_880);

/** An output as a diff shows it: what kind, how large, and whether it is the same. */
export const gitOutput = record({
  /**
   * SHA-1 of its JSON in canonical form: without `execution_count`, keys in
   * order, lists of lines joined.
   */
  hash: text(64),
  /** `stream`, `error`, or the richest MIME type. */
  kind: text(255),
  bytes: count()
});
export type GitOutput = Decoded<typeof gitOutput>;

export const gitCellSide = record({
  /** Where it is in its notebook, from 0. */
  index: count(),
  id: optional(text(64)),
  type: oneOf(['code', 'markdown', 'raw']),
  source: optional(source),
  /** The source is longer than this. */
  cut: optional(flag),
  /** Left out where both sides have the same, or none. */
  outputs: optional(list(gitOutput, 1000))
});
export type GitCellSide = Decoded<typeof gitCellSide>;

/**
 * One line of a notebook's diff. Sources are left out where both are the same.
 * - `same`: not even shown, except as "12 unchanged cells".
 * - `moved` is set beside any of them when the cell stands in another place.
 */
export const gitCellChange = record({
  change: oneOf(['same', 'added', 'deleted', 'changed', 'outputs', 'metadata']),
  moved: optional(flag),
  before: optional(gitCellSide),
  after: optional(gitCellSide),
  /** Keys of the metadata that differ; `attachments` counts as one. */
  metadata: optional(list(text(255), 100))
});
export type GitCellChange = Decoded<typeof gitCellChange>;

/**
 * `GET diff?repo=&path=&from=&to=&fromPath=`; `from` absent: the first parent,
 * of the disk the index, of the index HEAD. What is no file of its own has
 * its target (`link`), commit (`submodule`) or pointer (`lfs`) as text.
 */
export const gitDiff = record({
  kind: oneOf([
    'notebook',
    'text',
    'binary',
    'too-large',
    'same',
    'link',
    'submodule',
    'lfs'
  ]),
  before: nullable(record({ path, bytes: count() })),
  after: nullable(record({ path, bytes: count() })),
  /** The version that `before` is of; absent: nothing came before. */
  base: optional(text(64)),
  /** `base` is the first of several parents. */
  merge: optional(flag),
  /**
   * In the order of the new side; deleted cells behind the cell that they
   * followed. `run` cells from `before` and `after` on are the same.
   */
  cells: optional(
    list(
      record({
        run: optional(count(1)),
        before: optional(count()),
        after: optional(count()),
        cell: optional(gitCellChange)
      }),
      20_000
    )
  ),
  /** Keys of the notebook's own metadata that differ, and `nbformat`. */
  metadata: optional(list(text(255), 100)),
  oldText: optional(fileText),
  newText: optional(fileText)
});
export type GitDiff = Decoded<typeof gitDiff>;

/** `GET cell?repo=&path=&rev=&index=`: one whole cell of a version, with its outputs. */
export const gitCell = record({ cell: anything });

/** `GET blob?repo=&path=&rev=`: a version of a file, to open it read-only. */
export const gitBlob = record({
  path,
  rev: text(64),
  bytes: count(),
  format: oneOf(['json', 'text', 'base64']),
  /** What is no file of its own: then the text is what it points to. */
  is: optional(oneOf(['link', 'submodule', 'lfs'])),
  content: anything
});
export type GitBlob = Decoded<typeof gitBlob>;

/**
 * `GET blame?repo=&path=&rev=`: who last changed each cell of a notebook. Of
 * what is no notebook `kind` says so, and there are no cells.
 */
export const gitBlame = record({
  kind: oneOf(['notebook', 'text', 'binary', 'too-large', 'other']),
  /** The commits that are named, by hash. */
  commits: dictionary(
    record({ author: gitPerson, at: moment, subject: text(300) }),
    10_000
  ),
  /** In the order of the cells; null: not committed yet. */
  cells: list(
    record({
      id: optional(text(64)),
      index: count(),
      /** Of its source, and of its outputs. */
      source: nullable(hash),
      outputs: optional(nullable(hash))
    }),
    20_000
  ),
  /** History was not followed to its end; older commits may be the true ones. */
  cut: optional(flag)
});
export type GitBlame = Decoded<typeof gitBlame>;

/**
 * `GET cell-history?repo=&path=&rev=&index=`: the commits that changed one cell
 * of the version `rev`, the last one first. A stream, then `end`.
 */
export const gitCellHistoryLine = record({
  row: optional(gitRow),
  /** The cell as that commit left it. */
  cell: optional(
    record({
      index: count(),
      id: optional(text(64)),
      type: oneOf(['code', 'markdown', 'raw']),
      source,
      cut: optional(flag),
      /** What changed; `added`: no commit before has it. */
      changes: list(oneOf(['added', 'source', 'outputs']), 3)
    })
  ),
  end: optional(
    record({
      /** There may be older ones. */
      cut: optional(flag)
    })
  ),
  error: optional(record({ code: text(64), detail: optional(text(256)) }))
});
export type GitCellHistoryLine = Decoded<typeof gitCellHistoryLine>;
