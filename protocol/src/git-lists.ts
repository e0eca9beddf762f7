/**
 * What a repository has beside its branches: versions of files that were kept,
 * and the remotes among which one can choose. Paths and hashes as in `git.ts`.
 */
import {
  count,
  flag,
  list,
  optional,
  record,
  text,
  type Decoded
} from './decode.ts';
import { gitHash, gitPath } from './git.ts';

/** A version of one file on a ref of its own, which `POST checkpoint` or `restore` has kept. */
export const gitKept = record({
  ref: text(1024),
  hash: gitHash,
  path: gitPath,
  at: count(),
  author: text(512),
  /** The first line of what was said with it. */
  message: text(600)
});
export type GitKept = Decoded<typeof gitKept>;

/**
 * `GET checkpoints?repo=&path=&after=&limit=`: those of one file, or of all, newest
 * first; at most 200 a page. A stream of them, then `end`.
 */
export const gitCheckpointLine = record({
  checkpoint: optional(gitKept),
  end: optional(
    record({
      /** For `after`; absent: that was all. */
      cursor: optional(text(1024)),
      /** The newest that stay, of each file and in all; others go when one is kept. */
      ofFile: count(),
      inAll: count()
    })
  ),
  error: optional(record({ code: text(64), detail: optional(text(256)) }))
});
export type GitCheckpointLine = Decoded<typeof gitCheckpointLine>;

/** `GET remotes?repo=`: at most 100 of those that git can be told by name. */
export const gitRemotes = record({
  remotes: list(
    record({
      name: text(1024),
      /** Scheme and host that a fetch reaches; empty for what is on this machine. */
      host: text(512),
      /** Those that a push reaches, where they are others. */
      push: optional(list(text(512), 10))
    }),
    100
  ),
  more: flag,
  /** Taken without a choice: the branch's own, else `origin`, else the only one. */
  usual: optional(text(1024))
});
export type GitRemotes = Decoded<typeof gitRemotes>;
