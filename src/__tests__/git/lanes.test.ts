import { byChance } from '../../../protocol/test/chance';
import { Lanes, MOST_LANES, type LaneRow } from '../../git/lanes';

type Commit = [hash: string, ...parents: string[]];

function layOut(commits: readonly Commit[]): LaneRow[] {
  const lanes = new Lanes();
  return commits.map(([hash, ...parents]) => lanes.add({ hash, parents }));
}

const lanesOf = (rows: readonly LaneRow[]) => rows.map(each => each.lane);

/** The lanes of one kind of line of a row. */
const at = (row: LaneRow | undefined, part: string) =>
  row?.lines.filter(each => each.part === part).map(each => each.lane);

/** What leaves a row at its bottom must enter the next one at its top. */
function expectJoined(rows: readonly LaneRow[]): void {
  const ends = (row: LaneRow, side: 'top' | 'bottom') =>
    new Set(
      row.lines
        .filter(each => each.part === side || each.part === 'through')
        .map(each => `${each.lane}/${each.color}`)
    );
  rows.slice(1).forEach((row, index) => {
    const above = rows[index]!;
    if (!row.crowded && !above.crowded) {
      expect(ends(row, 'top')).toEqual(ends(above, 'bottom'));
    }
  });
}

it('one line of commits is one lane', () => {
  const rows = layOut([['c', 'b'], ['b', 'a'], ['a']]);
  expect(lanesOf(rows)).toEqual([0, 0, 0]);
  expect(rows.map(each => each.width)).toEqual([1, 1, 1]);
  expect(rows[0]!.lines.map(each => each.part)).toEqual(['bottom']);
  expect(rows[2]!.lines.map(each => each.part)).toEqual(['top']);
  expectJoined(rows);
});

it('a merge opens a lane for its second parent, and both end at the base', () => {
  const rows = layOut([
    ['m', 'a', 'b'],
    ['b', 'base'],
    ['a', 'base'],
    ['base']
  ]);
  expect(at(rows[0], 'bottom')).toEqual([0, 1]);
  expect(lanesOf(rows)).toEqual([0, 1, 0, 0]);
  expect(at(rows[3], 'top')).toEqual([0, 1]);
  expect(new Set(rows[3]!.lines.map(each => each.color)).size).toBe(2);
  expectJoined(rows);
});

it('an octopus opens a lane for each parent, and one named twice is one', () => {
  const rows = layOut([['m', 'a', 'b', 'c', 'b'], ['c'], ['b'], ['a']]);
  expect(at(rows[0], 'bottom')).toEqual([0, 1, 2]);
  expect(lanesOf(rows)).toEqual([0, 2, 1, 0]);
  expectJoined(rows);
});

it('a branch that has ended leaves its lane to the next one', () => {
  const rows = layOut([
    ['x', 'base'],
    ['y', 'base'],
    ['base', 'old'],
    ['z', 'old'],
    ['old']
  ]);
  expect(lanesOf(rows)).toEqual([0, 1, 0, 1, 0]);
  expect(rows[4]!.width).toBe(2);
  expectJoined(rows);
});

it('a parent that came before its child, by a wrong clock, leaves no lane open', () => {
  const rows = layOut([['a'], ['b', 'a'], ['c', 'b'], ['d']]);
  expect(rows.flatMap(each => at(each, 'through'))).toEqual([]);
  expect(lanesOf(rows)).toEqual([0, 0, 0, 0]);
});

it('more branches than lanes are put into the last one, and the row says so', () => {
  const tips = Array.from({ length: 500 }, (_, index): Commit => [
    `t${index}`,
    'base'
  ]);
  const rows = layOut([...tips, ['base']]);
  for (const row of rows) {
    expect(row.width).toBeLessThanOrEqual(MOST_LANES);
    expect(row.lane).toBeLessThan(MOST_LANES);
    expect(row.lines.length).toBeLessThanOrEqual(3 * MOST_LANES);
  }
  expect(rows.at(-1)!.crowded).toBe(true);
  expect(rows[0]!.crowded).toBe(false);
});

it('lines join from row to row in any history', () => {
  byChance(50, random => {
    const commits = Array.from({ length: 40 }, (_, index): Commit => {
      const parents = Array.from({ length: random(4) }, () =>
        String(index + 1 + random(6))
      ).filter(each => Number(each) < 40);
      return [String(index), ...parents];
    });
    expectJoined(layOut(commits));
  });
});

it('adding rows later gives the same lanes as all at once', () => {
  const commits: Commit[] = [['m', 'a', 'b'], ['b', 'c'], ['a', 'c'], ['c']];
  const lanes = new Lanes();
  const first = commits
    .slice(0, 2)
    .map(([hash, ...parents]) => lanes.add({ hash, parents }));
  const kept = JSON.stringify(first);
  const rest = commits
    .slice(2)
    .map(([hash, ...parents]) => lanes.add({ hash, parents }));
  expect(JSON.stringify(first)).toBe(kept);
  expect([...first, ...rest]).toEqual(layOut(commits));
});
