/** Policies that hold for nobody. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { remarksOn } from '../../src/quota/file-remarks.ts';
import { readPolicySet } from '../../src/quota/policy-file.ts';
import { testLedger } from '../ledger/test-ledger.ts';

const { policies } = readPolicySet(`policies:
  - {name: hers, resource: server-hours, limit: 1, window: {rolling: 1d}, for: {user: ada}}
  - {name: theirs, resource: server-hours, limit: 1, window: {rolling: 1d}, for: {group: lab}}
`).set!;

describe('a policy', () => {
  it('for somebody who was renamed or has left the hub holds for nobody', () => {
    const ada = { groups: ['lab'] };
    const told = (users: object) =>
      remarksOn(
        policies,
        testLedger({ users: { bob: [], ...users } }),
        () => 1
      );
    assert.deepEqual(told({ ada }), []);
    const left = told({ ada: { ...ada, gone: true }, adah: [] });
    assert.deepEqual(
      left.map(({ message }) => message.split(': ')[0]),
      [
        'the policy `hers` holds for nobody',
        'the policy `theirs` holds for nobody'
      ]
    );
    assert.match(left[0]!.message, /did you mean `adah`/);
  });
});
