import type { GitPerson } from '@jupyterlab-commons/protocol';
import type { ChangedFile } from './notebooks';

/** Somebody who has edited a live document. */
export type Contributor = { user: string; displayName: string };

/** Where proposals come from; all of it may be absent. */
export type CoAuthorSource = {
  /** This person among the contributors; null where nobody knows. */
  me: () => string | null;
  /** The id of the live document behind a file of this server; null for others. */
  documentOf: (repo: string, path: string) => string | null;
  /** When the file was committed last, in ms since 1970; 0 for never. */
  lastCommit: (repo: string, path: string) => Promise<number>;
  contributors: (id: string, since: number) => Promise<readonly Contributor[]>;
  /** Only those whose e-mail is known. */
  people: (
    users: readonly string[]
  ) => Promise<readonly (GitPerson & { user: string })[]>;
};

/** `person` is null where no e-mail is known. */
export type Proposal = Contributor & {
  person: GitPerson | null;
  isChosen: boolean;
};

export type CoAuthorsState =
  | { kind: 'none' }
  | { kind: 'loading' }
  | { kind: 'ready' }
  | { kind: 'failed'; error: unknown };

/**
 * Who is named beside the author: everybody who edited a staged live notebook since
 * its last commit, unless unticked, and those who were added by hand.
 */
export class CoAuthors {
  constructor(
    private readonly _source: CoAuthorSource,
    private readonly _onChanged: () => void
  ) {}

  get state(): CoAuthorsState {
    return this._state;
  }

  get proposals(): readonly Proposal[] {
    return this._found.map(each => ({
      ...each,
      isChosen: each.person !== null && !this._unticked.has(each.user)
    }));
  }

  get added(): readonly GitPerson[] {
    return this._added;
  }

  get chosen(): GitPerson[] {
    const proposed = this.proposals.flatMap(({ isChosen, person }) =>
      isChosen && person !== null ? [person] : []
    );
    return [...proposed, ...this._added];
  }

  /** Asks when other notebooks are staged, or after a commit. */
  follow(repo: string, head: string, staged: readonly ChangedFile[]): void {
    const shared = staged.flatMap(({ path, from }) => {
      const id = this._source.documentOf(repo, path);
      return id === null ? [] : [{ id, path: from ?? path }];
    });
    const key = JSON.stringify([repo, head, shared]);
    if (key !== this._key) {
      this._key = key;
      this._ask = () => this._read(repo, shared);
      void this.ask();
    }
  }

  /** Asks, also once more. Never rejects. */
  async ask(): Promise<void> {
    const turn = ++this._turn;
    const read = this._ask();
    this._set({ kind: read === null ? 'none' : 'loading' });
    try {
      const found = (await read) ?? [];
      if (turn === this._turn) {
        this._found = found;
        this._set({ kind: read === null ? 'none' : 'ready' });
      }
    } catch (error) {
      if (turn === this._turn) {
        this._set({ kind: 'failed', error });
      }
    }
  }

  choose(user: string, isChosen: boolean): void {
    if (isChosen) {
      this._unticked.delete(user);
    } else {
      this._unticked.add(user);
    }
    this._onChanged();
  }

  add(person: GitPerson): void {
    this.remove(person.email);
    this._added = [...this._added, person];
    this._onChanged();
  }

  remove(email: string): void {
    this._added = this._added.filter(each => each.email !== email);
    this._onChanged();
  }

  /** The commit is made: the next one begins anew. */
  clear(): void {
    this._added = [];
    this._unticked.clear();
    this._onChanged();
  }

  private _read(
    repo: string,
    shared: readonly { id: string; path: string }[]
  ): Promise<Found[]> | null {
    return shared.length === 0 ? null : this._foundIn(repo, shared);
  }

  private async _foundIn(
    repo: string,
    shared: readonly { id: string; path: string }[]
  ): Promise<Found[]> {
    const { contributors, lastCommit, people, me } = this._source;
    const lists = await Promise.all(
      shared.map(async ({ id, path }) =>
        contributors(id, await lastCommit(repo, path))
      )
    );
    const names = new Map(
      lists.flat().map(({ user, displayName }) => [user, displayName])
    );
    names.delete(me() ?? '');
    const known = names.size === 0 ? [] : await people([...names.keys()]);
    return [...names].map(([user, displayName]) => {
      const found = known.find(each => each.user === user);
      const person = found && { name: found.name, email: found.email };
      return { user, displayName, person: person ?? null };
    });
  }

  private _set(state: CoAuthorsState): void {
    this._state = state;
    if (state.kind === 'none') {
      this._found = [];
    }
    this._onChanged();
  }

  private _state: CoAuthorsState = { kind: 'none' };
  private _found: readonly Found[] = [];
  private _added: readonly GitPerson[] = [];
  private readonly _unticked = new Set<string>();
  private _key = '';
  private _turn = 0;
  private _ask: () => Promise<Found[]> | null = () => null;
}

type Found = Omit<Proposal, 'isChosen'>;

const MOST_CHARS = 256;

/** What a commit cannot carry is not taken; the server refuses the same. */
export function isPerson({ name, email }: GitPerson): boolean {
  const isPlain = (text: string) =>
    text.trim() !== '' && text.length <= MOST_CHARS && !/[<>\p{C}]/u.test(text);
  return isPlain(name) && isPlain(email) && !/\s/.test(email.trim());
}
