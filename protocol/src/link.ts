/**
 * The `link`: one WebSocket that a user's server opens to the companion, with
 * `Authorization: token <its own hub token>` and no Origin. Text frames, one
 * JSON object each. The companion asks, the server answers by `id`; the server
 * also tells on its own. Content travels in parts of at most `PART_CHARS`.
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
import { linkSample } from './usage.ts';

/** Characters of content in one frame; a part never splits a surrogate pair. */
export const PART_CHARS = 262_144;

const path = text(4096);
/** SHA-256 of the file's bytes, in hex. */
const hash = text(64);

/** What the companion asks of a server. */
export const linkRequest = record({
  id: count(),
  /**
   * - `read` {path, type}: answers with parts, then `done` {hash}.
   * - `write` {path, type, baseHash} then parts: atomic, mode kept; refused with
   *   FILE_CHANGED when the file's hash is not `baseHash`, FILE_MISSING when it is
   *   gone; `baseHash: null` writes only where no file is. Answers `done` {hash}.
   * - `keep` {path}: copies the file beside itself under a free name; `done` {keptAs, hash}.
   * - `watch` {files}: replaces the list of files whose changes are told.
   * - `before` {lost}: what the life of this server before this one last told,
   *   when it ended without `goodbye`. Answers `done`.
   * - `keep-open`: before the server is stopped; copies every file that a kernel
   *   is open for, as it is, into Jupyter's folder of checkpoints. Answers
   *   `done` {kept}. A server that does not know it answers BAD_REQUEST.
   */
  method: oneOf(['read', 'write', 'keep', 'watch', 'before', 'keep-open']),
  path: optional(path),
  type: optional(oneOf(['notebook', 'text'])),
  baseHash: optional(nullable(hash)),
  files: optional(
    list(record({ document: text(26), path, hash: nullable(hash) }))
  ),
  /** `heardAt`: when the sample came, in milliseconds since 1970. */
  lost: optional(record({ heardAt: count(), sample: linkSample }))
});
export type LinkRequest = Decoded<typeof linkRequest>;

/** A piece of content, in either direction; `last` ends it. */
export const linkPart = record({
  id: count(),
  part: text(PART_CHARS),
  last: flag
});
export type LinkPart = Decoded<typeof linkPart>;

/** What a server answers. */
export const linkAnswer = record({
  id: count(),
  done: optional(
    record({
      hash: optional(nullable(hash)),
      keptAs: optional(path),
      /** How many files were copied. */
      kept: optional(count())
    })
  ),
  error: optional(record({ code: text(64), detail: optional(text(256)) }))
});
export type LinkAnswer = Decoded<typeof linkAnswer>;

const newsKinds = ['hello', 'file', 'sample', 'goodbye'] as const;
export type NewsKind = (typeof newsKinds)[number];

/** What a server tells without being asked. */
export const linkNews = record({
  /** `goodbye` comes before a close on purpose: nothing was lost. It may bring a last sample. */
  news: oneOf(newsKinds),
  /** With hello: the protocol it speaks and its version. */
  protocol: optional(count(1)),
  version: optional(text(64)),
  /** With sample: every 10 s while something is at work, else every 60 s. */
  sample: optional(linkSample),
  /** With file: a watched file whose hash is not the one in the list; null when it is gone. */
  document: optional(text(26)),
  hash: optional(nullable(hash))
});
export type LinkNews = Decoded<typeof linkNews>;

const newsWord = record({ news: text(64) });

/** What is told, or null where a newer server tells what is not known here: that is no mistake. */
export function newsKindOf(message: unknown): NewsKind | null {
  const { news } = newsWord(message);
  return newsKinds.find(kind => kind === news) ?? null;
}

/** Cuts content into parts; an empty text is one empty part. */
export function partsOf(content: string): string[] {
  const parts: string[] = [];
  let from = 0;
  do {
    let to = Math.min(from + PART_CHARS, content.length);
    const unit = content.charCodeAt(to - 1);
    if (to < content.length && unit >= 0xd800 && unit < 0xdc00) {
      to--;
    }
    parts.push(content.slice(from, to));
    from = to;
  } while (from < content.length);
  return parts;
}
