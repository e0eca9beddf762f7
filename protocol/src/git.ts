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
  count,
  flag,
  list,
  nullable,
  oneOf,
  optional,
  record,
  text,
  type Decoded
} from './decode.ts';

export const gitHash = text(64);
const hash = gitHash;
/** A path inside the repository. */
export const gitPath = text(8192);
const path = gitPath;
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

/** Bounds are in UTF-16 units: of 256 characters each may take two. */
export const gitPerson = record({ name: text(512), email: text(512) });
export type GitPerson = Decoded<typeof gitPerson>;

/**
 * `GET people?user=&user=` (at most 200): how to name people of the hub as
 * co-authors. Their e-mails come from what the admin has set for everybody
 * (`COMMONS_EMAIL_TEMPLATE`), never from names that look alike in a history.
 * Left out: whoever asks, and everybody whose e-mail is not known for certain or
 * cannot stand in a commit.
 */
export const gitPeople = record({
  people: list(
    record({
      /** As the hub names them. */
      user: text(255),
      name: text(512),
      email: text(512),
      source: oneOf(['template'])
    }),
    200
  )
});
export type GitPeople = Decoded<typeof gitPeople>;

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
  subject: text(600),
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

/**
 * `GET status?repo=`, with `path` once or more only of these. A new folder is told
 * as one path that ends in a slash. With an untrusted repository its filters are
 * left out of the comparison.
 */
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

/** `POST stage`, `POST unstage`: whole files, or single cells of one notebook by their place in the file on disk. Answer `gitDone`, as all that follow. */
export const gitStage = record({
  repo: text(4096),
  paths: list(path, 2000),
  cells: optional(list(count(), 20_000)),
  /**
   * Cells that the file does not have any more, to be staged as deleted by their
   * place in the staged version; or to be unstaged by their place in HEAD.
   */
  removed: optional(list(count(), 20_000)),
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

/**
 * `POST branch`: `create` at `at`, `switch` to it, or `delete` it when it is merged.
 * Switching to a branch of a remote (`origin/x`) is switching to the own `x`, which is
 * made when there is none and never reset. Deleting answers the `hash` it stood for.
 */
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
  /** `origin`: the detail of the GIT_AUTH for which they were typed; sent nowhere else. */
  credentials: optional(
    record({
      username: text(256),
      secret: text(4096),
      origin: optional(text(1024))
    })
  )
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
