import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  flag,
  list,
  optional,
  partOf,
  record,
  text,
  type Decoded
} from '@jupyterlab-commons/protocol';
import { SettingError } from '../config.ts';

const entry = record({
  user: text(255),
  displayName: optional(text(255)),
  groups: optional(list(text(255))),
  admin: optional(flag),
  server: optional(text(255))
});
export type StaticPerson = Decoded<typeof entry>;

const digestOf = (token: string) => createHash('sha256').update(token).digest();

/** People that a file vouches for, where there is no hub or beside it. */
export class StaticTokens {
  readonly #rows: { digest: Buffer; person: StaticPerson }[];

  constructor(tokens: Record<string, StaticPerson>) {
    this.#rows = Object.entries(tokens).map(([token, person]) => ({
      digest: digestOf(token),
      person
    }));
  }

  /** Whose token this is. Takes the same time whichever row fits. */
  find(token: string): StaticPerson | null {
    const digest = digestOf(token);
    let found: StaticPerson | null = null;
    for (const row of this.#rows) {
      if (timingSafeEqual(row.digest, digest)) {
        found = row.person;
      }
    }
    return found;
  }

  /** Somebody of that name, with all groups that rows of theirs name. */
  user(name: string): StaticPerson | null {
    const own = this.#rows.filter(row => row.person.user === name);
    return own[0]
      ? {
          ...own[0].person,
          groups: [...new Set(own.flatMap(row => row.person.groups ?? []))]
        }
      : null;
  }

  /** Everybody with `part` in their name, at most 20. */
  search(part: string): StaticPerson[] {
    const byName = new Map(
      this.#rows.map(({ person }) => [person.user, person])
    );
    const wanted = part.toLowerCase();
    return [...byName.values()]
      .filter(({ user, displayName = '' }) =>
        `${user}\n${displayName}`.toLowerCase().includes(wanted)
      )
      .slice(0, 20);
  }
}

/** The table of the file; anything else is named by the place that is wrong. */
function tableOf(value: unknown): Record<string, StaticPerson> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SettingError('it must hold one object, token by token');
  }
  return Object.fromEntries(
    Object.entries(value).map(([token, person], index) => [
      token,
      partOf(`entry ${index}`, entry)(person)
    ])
  );
}

/** The file's tokens; a SettingError says what is wrong with it, quoting nothing of it. */
export async function readStaticTokens(path: string): Promise<StaticTokens> {
  if (path === '') {
    return new StaticTokens({});
  }
  try {
    return new StaticTokens(tableOf(JSON.parse(await readFile(path, 'utf8'))));
  } catch (error) {
    const reason =
      error instanceof SyntaxError
        ? 'it is not JSON'
        : error instanceof Error
          ? error.message
          : '';
    throw new SettingError(`COMMONS_TOKENS_FILE cannot be used: ${reason}.`);
  }
}
