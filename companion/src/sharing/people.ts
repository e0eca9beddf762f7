import type { PeopleList, Person } from '@jupyterlab-commons/protocol';
import type { Caller } from '../hub/callers.ts';
import type { Identity } from '../hub/identity.ts';
import type { DocumentStore } from '../storage/store.ts';

const MOST_DOCUMENTS = 200;
const MOST_ANSWERS = 20;
/** Shorter beginnings would read the directory out. */
const LEAST_TYPED = 2;

/**
 * Whom somebody may want to share with: people they share with already, their
 * own groups, and only where the admin says so the directory of the hub, which
 * the hub hides from users on purpose.
 */
export class People {
  readonly #store: DocumentStore;
  readonly #identity: Identity;
  readonly #directory: boolean;
  readonly #now: () => number;

  constructor(options: {
    store: DocumentStore;
    identity: Identity;
    directory: boolean;
    now: () => number;
  }) {
    this.#store = options.store;
    this.#identity = options.identity;
    this.#directory = options.directory;
    this.#now = options.now;
  }

  async find(caller: Caller, typed: string): Promise<PeopleList> {
    const wanted = typed.trim().toLowerCase().slice(0, 255);
    const known = await this.#acquaintances(caller);
    if (this.#directory && wanted.length >= LEAST_TYPED) {
      for (const { user, displayName } of await this.#identity.search(wanted)) {
        known.set(user, { user, displayName });
      }
    }
    known.delete(caller.user);
    const ranked = [...known.values()]
      .map(person => ({
        person,
        rank: rankOf(wanted, person.user, person.displayName)
      }))
      .filter(({ rank }) => rank < 3)
      .sort(
        (a, b) => a.rank - b.rank || a.person.user.localeCompare(b.person.user)
      );
    return {
      people: ranked.slice(0, MOST_ANSWERS).map(({ person }) => person),
      groups: caller.groups
        .filter(group => rankOf(wanted, group) < 3)
        .slice(0, MOST_ANSWERS)
        .map(name => ({ name }))
    };
  }

  /** People who see a document of the caller, and owners of documents the caller sees. */
  async #acquaintances(caller: Caller): Promise<Map<string, Person>> {
    const documents = await this.#store.documentsFor(
      caller.user,
      [...caller.groups],
      this.#now()
    );
    const known = new Map<string, Person>();
    for (const document of documents.slice(0, MOST_DOCUMENTS)) {
      known.set(document.owner, {
        user: document.owner,
        displayName: document.ownerDisplayName
      });
      const shares =
        document.owner === caller.user
          ? await this.#store.shares(document.id)
          : [];
      for (const { kind, name, displayName } of shares) {
        if (kind === 'users') {
          known.set(name, { user: name, displayName });
        }
      }
    }
    return known;
  }
}

/** 0 for the very name, 1 where a name begins so, 2 where it contains it, 3 for no match. */
function rankOf(wanted: string, ...names: string[]): number {
  const ranks = names.map(each => {
    const name = each.toLowerCase();
    return name === wanted
      ? 0
      : name.startsWith(wanted)
        ? 1
        : name.includes(wanted)
          ? 2
          : 3;
  });
  return Math.min(...ranks);
}
