import {
  higherRole,
  may,
  operations,
  roles,
  type Operation
} from '@jupyterlab-commons/protocol';

const all = Object.keys(operations) as Operation[];

describe('A1 one function decides who may do what', () => {
  it('gives nothing to somebody without a role', () => {
    expect(all.filter(operation => may(null, operation))).toEqual([]);
  });

  it('lets a viewer look and be seen, and nothing else', () => {
    expect(all.filter(operation => may('view', operation)).sort()).toEqual([
      'leave',
      'presence',
      'read'
    ]);
  });

  it('adds editing for an editor', () => {
    expect(all.filter(operation => may('edit', operation)).sort()).toEqual([
      'edit',
      'leave',
      'presence',
      'read'
    ]);
  });

  it('lets the owner do everything', () => {
    expect(all.every(operation => may('owner', operation))).toBe(true);
  });

  it('takes nothing away from a higher role', () => {
    for (const operation of all) {
      const allowed = roles.map(role => may(role, operation));
      expect(allowed).toEqual([...allowed].sort());
    }
  });
});

describe('A2 the role is the highest of all', () => {
  it('does not depend on the order', () => {
    for (const a of [null, ...roles]) {
      for (const b of [null, ...roles]) {
        expect(higherRole(a, b)).toBe(higherRole(b, a));
      }
    }
    expect(higherRole('view', 'edit')).toBe('edit');
    expect(higherRole(null, 'view')).toBe('view');
    expect(higherRole(null, null)).toBeNull();
  });
});
