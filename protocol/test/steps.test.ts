import {
  atOnce,
  matchCells,
  matchingCells,
  sorting
} from '@jupyterlab-commons/protocol';
import { byChance } from './chance';

it('sorts as JavaScript does, equal ones in their order, also in pieces', () => {
  byChance(1, random => {
    for (const length of [0, 1, 2048, 2049, 10_000]) {
      const items = Array.from({ length }, (_, n) => ({ key: random(99), n }));
      const compare = (a: { key: number }, b: { key: number }) => a.key - b.key;
      expect(atOnce(sorting(items, compare))).toEqual([...items].sort(compare));
    }
  });
});

it('cells are matched in many steps, and to the same end', () => {
  const cells = (add: string) =>
    Array.from({ length: 50 }, (_, n) => ({
      type: 'code',
      source: `a${n}\nb${n}\nc\n${add}`
    }));
  const [before, after] = [cells('x'), cells('y').reverse()];
  const steps = matchingCells(before, after);
  let count = 0;
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) {
    count++;
  }
  expect(step.value).toEqual(matchCells(before, after));
  expect(step.value.pairs).toHaveLength(50);
  expect(count).toBeGreaterThan(100);
});
