import { CommonsError } from '@jupyterlab-commons/protocol';
import type { Caller } from '../hub/callers.ts';
import type { LedgerUser, LedgerView } from '../ledger/types.ts';
import {
  seesGroup,
  seesUser,
  sightOf,
  type GroupAdmins,
  type Sight
} from '../quota/group-admins.ts';

/** Q5: what a caller may see and change of others. */
export class AdminRights {
  readonly #table: GroupAdmins;
  readonly #ledger: LedgerView;

  constructor(table: GroupAdmins, ledger: LedgerView) {
    this.#table = table;
    this.#ledger = ledger;
  }

  /**
   * Throws ADMIN_ONLY for somebody who looks after nobody, and for a session
   * that a page of JupyterLab was given: code that runs on an admin's server
   * has the token for one, and the hub gives that token no rights of admins.
   */
  sight(caller: Caller): Sight {
    const sight = caller.desk ? sightOf(this.#table, caller) : null;
    if (sight === null) {
      throw new CommonsError('ADMIN_ONLY');
    }
    return sight;
  }

  /** Throws ADMIN_ONLY for everybody but admins of the hub. */
  hubAdmin(caller: Caller): void {
    if (!this.sight(caller).all) {
      throw new CommonsError('ADMIN_ONLY', 'this is for admins of the hub');
    }
  }

  /** Somebody whom the caller may see; throws USER_UNKNOWN, whether they exist or not. */
  user(caller: Caller, name: string): LedgerUser {
    const sight = this.sight(caller);
    const user = this.#ledger.user(name);
    if (user === null || !seesUser(sight, user)) {
      throw new CommonsError('USER_UNKNOWN');
    }
    return user;
  }

  /** A group that the caller has a say in and that has people; throws GROUP_UNKNOWN. */
  group(caller: Caller, name: string): void {
    const [member] = this.#ledger.members(name);
    if (!seesGroup(this.sight(caller), name) || member === undefined) {
      throw new CommonsError('GROUP_UNKNOWN');
    }
  }

  /** Whether the caller may see what is about a user or a group. */
  sees(
    sight: Sight,
    { kind, name }: { kind: 'user' | 'group'; name: string }
  ): boolean {
    return kind === 'group'
      ? seesGroup(sight, name)
      : seesUser(sight, this.#ledger.user(name));
  }

  /** Everybody whom the caller may see, by name. */
  people(sight: Sight): LedgerUser[] {
    const people = sight.all
      ? [...this.#ledger.users()]
      : sight.groups.flatMap(group => [...this.#ledger.members(group)]);
    return [...new Set(people)].sort((a, b) => (a.user < b.user ? -1 : 1));
  }
}
