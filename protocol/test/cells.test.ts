import { readFileSync } from 'fs';
import { join } from 'path';
import {
  longestRising,
  matchCells,
  type CellMatches,
  type MatchableCell
} from '@jupyterlab-commons/protocol';
import { byChance } from './chance';

type Case = CellMatches & {
  name: string;
  before: MatchableCell[];
  after: MatchableCell[];
};

const { cases } = JSON.parse(
  readFileSync(join(__dirname, '../fixtures/cell-matching.json'), 'utf8')
) as { cases: Case[] };

describe('Matching cells', () => {
  it.each(cases.map(each => [each.name, each] as const))(
    'finds what the fixture says: %s',
    (_, { before, after, pairs, moved }) => {
      expect(matchCells(before, after)).toEqual({ pairs, moved });
    }
  );

  it('pairs each cell at most once, of whatever kind the notebooks are', () => {
    byChance(300, random => {
      const cells = () =>
        Array.from({ length: random(12) }, () => ({
          id: random(2) ? `i${random(9)}` : null,
          type: random(4) ? 'code' : 'markdown',
          source: Array.from(
            { length: random(4) },
            () => `${'xyz'[random(3)]} = ${random(3)}`
          ).join('\n')
        }));
      const [before, after] = [cells(), cells()];
      const { pairs, moved } = matchCells(before, after);
      const firsts = pairs.map(([first]) => first);
      const seconds = pairs.map(([, second]) => second);
      expect(new Set(firsts).size).toBe(pairs.length);
      expect(new Set(seconds).size).toBe(pairs.length);
      expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
      expect([...firsts, 0].every(each => each < before.length + 1)).toBe(true);
      expect(seconds.every(each => after[each] !== undefined)).toBe(true);
      const stayed = pairs.filter(([first]) => !moved.includes(first));
      expect(stayed.map(([, second]) => second)).toEqual(
        stayed.map(([, second]) => second).sort((a, b) => a - b)
      );
    });
  });

  it('finds every cell of a notebook in itself, in its place', () => {
    for (const { before } of cases) {
      const { pairs, moved } = matchCells(before, before);
      expect(pairs).toEqual(before.map((_, place) => [place, place]));
      expect(moved).toEqual([]);
    }
  });

  it('a longest rising sequence is as long as can be', () => {
    byChance(100, random => {
      const values = Array.from({ length: 9 }, () => random(20));
      const lengths = values.map(() => 1);
      values.forEach((value, at) => {
        for (let before = 0; before < at; before++) {
          if (values[before]! < value) {
            lengths[at] = Math.max(lengths[at]!, lengths[before]! + 1);
          }
        }
      });
      expect(longestRising(values).size).toBe(Math.max(...lengths));
    });
  });
});
