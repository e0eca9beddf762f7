import type { LedgerView } from '../ledger/types.ts';
import { quoted } from './file-reader.ts';
import { nearest } from './nearest.ts';
import type { FileProblem, Policy } from './types.ts';

/** Policies that hold for nobody whom the hub knows: most likely a name is written wrong. */
export function remarksOn(
  policies: readonly Policy[],
  ledger: LedgerView,
  lineOf: (policy: string) => number
): FileProblem[] {
  const people = [...ledger.users()].filter(({ gone }) => !gone);
  if (people.length === 0) {
    // The hub has not told yet who there is.
    return [];
  }
  const groups = new Set(people.flatMap(each => each.groups));
  const users = new Set(people.map(({ user }) => user));
  return policies.flatMap(({ name, scope }) => {
    const known = { group: groups, user: users, everyone: null }[scope.kind];
    if (known === null || known.has(scope.name)) {
      return [];
    }
    const meant = nearest(scope.name, known);
    const advice = meant === null ? '' : `; did you mean ${quoted(meant)}?`;
    const message = `the policy ${quoted(name)} holds for nobody: the hub knows ${scope.kind === 'group' ? 'nobody in the group' : 'no user'} ${quoted(scope.name)}${advice}`;
    return { line: lineOf(name), message };
  });
}
