import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node
} from 'yaml';
import { printable } from '../log.ts';
import { nearest } from './nearest.ts';
import type { FileProblem } from './types.ts';

const MOST_PROBLEMS = 100;
const MOST_MESSAGE = 500;
const MOST_DEEP = 200;
const TOO_DEEP =
  'the file cannot be read as YAML or JSON: its lists lie too deep in each other';

/** What the parser calls a mistake, in words of what to do. */
const syntax: Record<string, string> = {
  BAD_INDENT:
    'the indentation does not fit the line above; keys that belong together begin in the same column',
  TAB_AS_INDENT: 'indent with spaces, not with tabs',
  DUPLICATE_KEY: 'this key stands there twice; keep one of them',
  BLOCK_AS_IMPLICIT_KEY:
    'a key with its value needs a line of its own, indented below the one above',
  MULTIPLE_DOCS:
    'the file must hold one document; take away the line `---` and what follows it',
  BAD_ALIAS: 'there is no anchor of that name above',
  MISSING_CHAR: 'a bracket, a quotation mark, a comma or a colon is missing',
  UNEXPECTED_TOKEN:
    'this cannot stand here; texts with special characters need quotation marks',
  BAD_DIRECTIVE: 'take away the line that begins with %'
};

/** The entries of an object in the file. */
export type Fields = {
  node: Node;
  get(key: string): Node | undefined;
  /** Tells of a key that is missing. */
  need(key: string, example: string): Node | undefined;
};

/** What is told of a value of another kind: what to write instead. */
export type Wanted = { what: string; example: string };

/**
 * Reads a file value by value and collects what cannot be used, with its line.
 * Only what the caller asks for is looked at, so that a file which repeats
 * itself by aliases costs no more than one that does not. A value that is not
 * there is null, and nothing is told of it.
 */
export class FileReader {
  readonly problems: FileProblem[] = [];
  readonly #lines = new LineCounter();
  readonly #document: Document | null;
  /** What `*name` stands for. */
  readonly #anchors = new Map<string, Node>();

  constructor(text: string) {
    this.#document = this.#parsed(text);
  }

  /** The outermost value; null when the file cannot be read at all. */
  get root(): Node | null {
    return this.#document?.contents ?? null;
  }

  /** The line of a value, from 1; 0 for none. */
  lineOf(node: Node | undefined | null): number {
    const at = node?.range?.[0];
    return at === undefined ? 0 : this.#lines.linePos(at).line;
  }

  /** The same is told of a line once. */
  tell(node: Node | number | undefined | null, said: string): void {
    const line = typeof node === 'number' ? node : this.lineOf(node);
    const message = said.slice(0, MOST_MESSAGE);
    const { problems } = this;
    if (
      problems.length < MOST_PROBLEMS &&
      !problems.some(each => each.line === line && each.message === message)
    ) {
      problems.push({ line, message });
    }
  }

  /** An object with no other keys than these. */
  fields(
    node: Node | undefined,
    what: string,
    keys: readonly string[]
  ): Fields | null {
    const entries = this.entries(node, {
      what: `${what} must be keys with values`,
      example: `${keys[0]}: …`
    });
    if (entries === null) {
      return null;
    }
    const known = new Map<string, Node>();
    for (const [key, value, line] of entries) {
      if (keys.includes(key)) {
        known.set(key, value);
      } else {
        const meant = nearest(key, keys);
        const advice =
          meant === null
            ? `use ${quotedList(keys)}`
            : `did you mean \`${meant}\`?`;
        this.tell(line, `${what} has no key ${quoted(key)}: ${advice}`);
      }
    }
    return {
      node: node!,
      get: key => known.get(key),
      need: (key, example) => {
        if (!known.has(key)) {
          this.tell(
            node,
            `${what} needs \`${key}\`; write for example \`${example}\``
          );
        }
        return known.get(key);
      }
    };
  }

  /** Keys and values of an object, each with its line. */
  entries(
    node: Node | undefined,
    wanted: Wanted
  ): [key: string, value: Node, line: number][] | null {
    const map = this.#resolved(node);
    if (!isMap(map)) {
      this.#wrong(node, wanted);
      return null;
    }
    const entries: [string, Node, number][] = [];
    for (const { key, value } of map.items) {
      const line = this.lineOf(key as Node);
      if (!isScalar(key) || value === null || value === undefined) {
        this.tell(line, `${wanted.what}: write a key, a colon and a value`);
      } else {
        entries.push([String(key.value), value as Node, line]);
      }
    }
    return entries;
  }

  list(node: Node | undefined, wanted: Wanted, most: number): Node[] | null {
    const list = this.#resolved(node);
    if (!isSeq(list)) {
      this.#wrong(node, wanted);
      return null;
    }
    if (list.items.length > most) {
      this.tell(
        node,
        `${wanted.what}: at most ${most} are possible, and these are ${list.items.length}`
      );
      return null;
    }
    return list.items as Node[];
  }

  /** A text that is not empty; a number is not one. */
  text(node: Node | undefined, wanted: Wanted, most: number): string | null {
    const value = this.plain(node);
    if (typeof value !== 'string' || value.trim() === '') {
      const hint = typeof value === 'number' ? ' in quotation marks' : '';
      this.#wrong(node, {
        ...wanted,
        what: `${wanted.what} must be a text${hint}`
      });
      return null;
    }
    if (value.length > most) {
      this.tell(node, `${wanted.what} is longer than ${most} characters`);
      return null;
    }
    if (printable(value.slice(0, 256)) !== value.slice(0, 256)) {
      this.tell(
        node,
        `${wanted.what} holds characters that cannot be seen; take them away`
      );
      return null;
    }
    return value;
  }

  number(
    node: Node | undefined,
    wanted: Wanted,
    bounds: { least: number; most: number; whole?: boolean }
  ): number | null {
    const value = this.plain(node);
    const { least, most, whole = false } = bounds;
    if (
      typeof value !== 'number' ||
      !(value >= least && value <= most) ||
      (whole && !Number.isInteger(value))
    ) {
      const kind = whole ? 'a whole number' : 'a number';
      this.#wrong(node, {
        ...wanted,
        what: `${wanted.what} must be ${kind} from ${least} to ${most}`
      });
      return null;
    }
    return value;
  }

  word<const T extends string>(
    node: Node | undefined,
    what: string,
    words: readonly T[]
  ): T | null {
    const value = this.plain(node);
    const found = words.find(each => each === value);
    if (node === undefined) {
      return null;
    }
    if (found === undefined) {
      const meant = typeof value === 'string' ? nearest(value, words) : null;
      const said = meant === null ? '' : `; did you mean \`${meant}\`?`;
      this.tell(node, `${what} must be ${quotedList(words, 'or')}${said}`);
      return null;
    }
    return found;
  }

  /** A text that `parse` understands. */
  unit(
    node: Node | undefined,
    wanted: Wanted,
    parse: (text: string) => number | null
  ): number | null {
    const value = this.plain(node);
    const parsed = typeof value === 'string' ? parse(value) : null;
    if (parsed === null) {
      this.#wrong(node, wanted);
    }
    return parsed;
  }

  /** The value of a scalar; undefined for anything else. */
  plain(node: Node | undefined): unknown {
    const found = this.#resolved(node);
    return isScalar(found) ? found.value : undefined;
  }

  /** Whether an object stands there. */
  isObject(node: Node | undefined): boolean {
    return isMap(this.#resolved(node));
  }

  #wrong(node: Node | undefined, { what, example }: Wanted): void {
    if (node === undefined) {
      return;
    }
    this.tell(node, `${what}; write for example \`${example}\``);
  }

  #resolved(node: Node | undefined): Node | undefined {
    const found = isAlias(node) ? this.#anchors.get(node.source) : node;
    return isAlias(found) ? undefined : found;
  }

  #parsed(text: string): Document | null {
    if (isDeep(text)) {
      this.tell(0, TOO_DEEP);
      return null;
    }
    try {
      const document = parseDocument(text, {
        lineCounter: this.#lines,
        prettyErrors: false,
        logLevel: 'error',
        schema: 'core',
        stringKeys: true
      });
      this.#tellSyntax(document);
      this.#collectAnchors(document);
      return this.problems.length === 0 ? document : null;
    } catch {
      this.tell(0, TOO_DEEP);
      return null;
    }
  }

  /** One mistake of a line leads to others in it: the first is told. */
  #tellSyntax({ errors }: Document): void {
    const told = new Set<number>();
    for (const { code, pos, message } of errors) {
      const { line } = this.#lines.linePos(pos[0]);
      if (!told.has(line)) {
        const open = code === 'BAD_INDENT' && message.startsWith('Flow');
        this.tell(
          line,
          syntax[open ? 'MISSING_CHAR' : code] ?? printable(message)
        );
        told.add(line);
      }
    }
  }

  #collectAnchors(document: Document): void {
    visit(document, {
      Node: (_key, node) => {
        if (isAlias(node) || node.anchor === undefined) {
          return;
        }
        if (this.#anchors.has(node.anchor)) {
          this.tell(
            node,
            `the anchor ${quoted(node.anchor)} stands there twice; give one of them another name`
          );
        }
        this.#anchors.set(node.anchor, node);
      }
    });
  }
}

/** Whether brackets or dashes lie in each other as in no file that people write; the parser would take long over it. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (const mark of text.match(/[[\]{}]/g) ?? []) {
    depth += mark === '[' || mark === '{' ? 1 : -1;
    if (depth > MOST_DEEP) {
      return true;
    }
  }
  return /(?:[-?:] ){100}/.test(text);
}

export function quoted(text: string): string {
  return `\`${printable(text.slice(0, 60))}\``;
}

export function quotedList(words: readonly string[], last = 'and'): string {
  const all = words.map(quoted);
  return all.length < 2
    ? all.join('')
    : `${all.slice(0, -1).join(', ')} ${last} ${all.at(-1)}`;
}
