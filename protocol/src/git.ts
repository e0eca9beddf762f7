/**
 * Git history of the files of one user, answered by their own server below
 * `commons/git/`. The server runs `git`; the page never sees a command line.
 *
 * Every call names `repo`: the repository's folder as the contents API names it
 * ('' for the server's root), as `GET commons/git/repository?path=` has answered.
 * Paths inside a repository are those of git, with `/`. A path that is no UTF-8
 * travels as `raw:` and its bytes in base64. Hashes are 40 or 64 hex digits.
 * Times are milliseconds since 1970. Answers that can be long are streams: one
 * JSON object a line (`application/x-ndjson`), the last one with `end`.
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

const hash = text(64);
/** A path inside the repository. */
const path = text(8192);
const moment = count();
const refName = text(1024);

/** A program that the repository's own configuration would run. */
export const gitProgram = record({
  key: text(1024),
  value: text(4096),
  scope: oneOf(['local', 'worktree', 'hook'])
});

/**
 * `GET repository?path=`: the repository around a file or folder.
 * - `none`: no repository here. `empty`: one without a commit.
 * - `foreign`: it belongs to another user, and git refuses until this person
 *   names the folder as safe; `command` is what to run, never `*`.
 * - `bare`: a bare repository inside a work tree, or one alone: not opened.
 * - `broken`: git cannot read it; `detail` is git's first line.
 * - `no-git`, `old-git`: git is missing, or older than 2.38.
 */
export const gitRepository = record({
  kind: oneOf([
    'ok',
    'empty',
    'none',
    'foreign',
    'bare',
    'broken',
    'no-git',
    'old-git'
  ]),
  /** Its folder for the contents API; only with ok and empty. */
  repo: optional(text(4096)),
  /** The asked file inside it. */
  path: optional(path),
  /** Checked-out branch; absent: detached. */
  branch: optional(refName),
  head: optional(hash),
  shallow: optional(flag),
  partial: optional(flag),
  worktree: optional(flag),
  submodule: optional(flag),
  /** A merge or another verb is half done. */
  doing: optional(
    oneOf(['merge', 'rebase', 'cherry-pick', 'revert', 'bisect', 'am'])
  ),
  trusted: optional(flag),
  /** What would run if it were trusted; empty: nothing, then trust is not asked for. */
  programs: optional(list(gitProgram, 200)),
  /** `user.name` and `user.email`, or what the hub's admin set up for it. */
  author: optional(record({ name: text(256), email: text(256) })),
  detail: optional(text(1024)),
  command: optional(text(1024))
});
export type GitRepository = Decoded<typeof gitRepository>;

export const gitPerson = record({ name: text(256), email: text(256) });
export type GitPerson = Decoded<typeof gitPerson>;

export const gitRef = record({
  kind: oneOf(['head', 'branch', 'remote', 'tag']),
  /** Without `refs/heads/` and the like. */
  name: refName
});
export type GitRef = Decoded<typeof gitRef>;

/** One row of the history. */
export const gitRow = record({
  hash,
  parents: list(hash, 64),
  author: gitPerson,
  /** By the author's clock, and by the committer's. */
  at: moment,
  committedAt: moment,
  /** The first line, at most 300 characters. */
  subject: text(300),
  /** At most 20; `moreRefs` counts the others. */
  refs: optional(list(gitRef, 20)),
  moreRefs: optional(count()),
  /** In a file's history: what happened to it, and its name then. */
  change: optional(oneOf(['added', 'changed', 'deleted', 'renamed'])),
  path: optional(path),
  from: optional(path)
});
export type GitRow = Decoded<typeof gitRow>;

/**
 * `GET history?repo=&limit=` with
 * `ref` (a name or hash; without: all branches, remotes, tags and HEAD),
 * `after` (a cursor), `path` (one file, across renames), `text`, `author`,
 * `since`, `until` (a search; streamed as found). A stream of rows, then `end`.
 */
export const gitHistoryLine = record({
  row: optional(gitRow),
  end: optional(
    record({
      /** For `after`; absent: that was all. */
      cursor: optional(text(4096)),
      /** A search that took too long or found too much was stopped here. */
      stopped: optional(flag),
      /** How rows are ordered: lanes are exact only with `topo`. */
      order: oneOf(['topo', 'date'])
    })
  ),
  error: optional(record({ code: text(64), detail: optional(text(256)) }))
});
export type GitHistoryLine = Decoded<typeof gitHistoryLine>;

/** `GET refs?repo=&kind=&query=`: at most 200, the ones that changed last first. */
export const gitRefs = record({
  refs: list(
    record({
      kind: oneOf(['branch', 'remote', 'tag']),
      name: refName,
      hash,
      at: optional(moment),
      current: optional(flag),
      upstream: optional(refName),
      ahead: optional(count()),
      behind: optional(count())
    }),
    200
  ),
  more: flag
});
export type GitRefs = Decoded<typeof gitRefs>;

export const gitFileChange = record({
  path,
  from: optional(path),
  change: oneOf([
    'added',
    'changed',
    'deleted',
    'renamed',
    'type',
    'conflicted'
  ]),
  binary: optional(flag),
  added: optional(count()),
  removed: optional(count())
});
export type GitFileChange = Decoded<typeof gitFileChange>;

/** `GET commit?repo=&hash=&from=`: one commit, or the change from one to another. */
export const gitCommit = record({
  row: gitRow,
  committer: gitPerson,
  /** The whole message, at most 64 KiB; `cut` says that it was longer. */
  message: text(65_536),
  cut: optional(flag),
  coAuthors: optional(list(gitPerson, 200)),
  files: list(gitFileChange, 1000),
  moreFiles: optional(count())
});
export type GitCommit = Decoded<typeof gitCommit>;

/** A version of a file: a commit's hash, or the index, or the file on disk. */
export const GIT_INDEX = ':index';
export const GIT_WORKTREE = ':worktree';

/** How many characters of a text cell or file a diff carries at most. */
const source = text(2_000_000);

/** An output as a diff shows it: what kind, how large, and whether it is the same. */
export const gitOutput = record({
  /** SHA-1 of its JSON in canonical form. */
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
  /** Keys of the metadata that differ. */
  metadata: optional(list(text(255), 100))
});
export type GitCellChange = Decoded<typeof gitCellChange>;

/** `GET diff?repo=&path=&from=&to=&fromPath=`; `from` absent: the first parent. */
export const gitDiff = record({
  kind: oneOf(['notebook', 'text', 'binary', 'too-large', 'same']),
  before: nullable(record({ path, bytes: count() })),
  after: nullable(record({ path, bytes: count() })),
  /** Runs of `same` cells are one entry with `run` cells. */
  cells: optional(
    list(
      record({
        run: optional(count(1)),
        cell: optional(gitCellChange)
      }),
      20_000
    )
  ),
  metadata: optional(list(text(255), 100)),
  oldText: optional(source),
  newText: optional(source)
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
  content: anything
});
export type GitBlob = Decoded<typeof gitBlob>;

/** `GET blame?repo=&path=&rev=`: who last changed each cell (or, of a text file, each line). */
export const gitBlame = record({
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

/** `GET status?repo=`. */
export const gitStatus = record({
  branch: optional(refName),
  head: optional(hash),
  upstream: optional(refName),
  ahead: optional(count()),
  behind: optional(count()),
  files: list(
    record({
      path,
      from: optional(path),
      staged: optional(
        oneOf(['added', 'changed', 'deleted', 'renamed', 'type'])
      ),
      unstaged: optional(
        oneOf(['changed', 'deleted', 'untracked', 'type', 'conflicted'])
      )
    }),
    2000
  ),
  moreFiles: optional(count())
});
export type GitStatus = Decoded<typeof gitStatus>;

/** What was done, and how to take it back. */
export const gitDone = record({
  /** The commit, ref or file that is there now. */
  hash: optional(hash),
  ref: optional(refName),
  /** Where the version that was replaced can be found again. */
  backup: optional(record({ ref: refName, hash })),
  /** In one sentence of git, for the log view. */
  detail: optional(text(4096))
});
export type GitDone = Decoded<typeof gitDone>;

/** `POST stage`, `POST unstage`: whole files, or single cells of one notebook by their place in the file on disk. */
export const gitStage = record({
  repo: text(4096),
  paths: list(path, 2000),
  cells: optional(list(count(), 20_000)),
  /** Stages the notebook without its outputs; the file keeps them. */
  withoutOutputs: optional(flag)
});

/** `POST commit`. Fails with GIT_MOVED when HEAD is not `head` any more. */
export const gitCommitRequest = record({
  repo: text(4096),
  message: text(65_536),
  head: nullable(hash),
  coAuthors: optional(list(gitPerson, 200)),
  /** Runs the hooks of a trusted repository. */
  hooks: optional(flag)
});

/** `POST checkpoint`: one file as a commit on `refs/commons/…`; index, files and HEAD stay. */
export const gitCheckpoint = record({
  repo: text(4096),
  path,
  message: text(4096),
  coAuthors: optional(list(gitPerson, 200))
});

/** `POST restore`: a file as it was; what it replaces is kept as a checkpoint first. */
export const gitRestore = record({
  repo: text(4096),
  path,
  rev: hash,
  fromPath: optional(path)
});

/** `POST branch`: `create` at `at`, `switch` to it, or `delete` it when it is merged. */
export const gitBranchRequest = record({
  repo: text(4096),
  verb: oneOf(['create', 'switch', 'delete']),
  name: refName,
  at: optional(text(1024))
});

/** `POST tag`. */
export const gitTagRequest = record({
  repo: text(4096),
  verb: oneOf(['create', 'delete']),
  name: refName,
  at: optional(text(1024)),
  message: optional(text(4096))
});

/** `POST fetch`, `POST pull`, `POST push`. The secret is used once and kept nowhere. */
export const gitRemoteRequest = record({
  repo: text(4096),
  remote: optional(refName),
  branch: optional(refName),
  credentials: optional(record({ username: text(256), secret: text(4096) }))
});

/** `POST trust`: programs of exactly this list may run from now on, or none. */
export const gitTrust = record({
  repo: text(4096),
  trusted: flag,
  programs: list(gitProgram, 200)
});

/** `GET watch?repo=` (WebSocket): what has changed since the last frame; the page then asks. */
export const gitNews = record({
  changed: list(oneOf(['refs', 'head', 'index', 'state', 'gone']), 8)
});
export type GitNews = Decoded<typeof gitNews>;
