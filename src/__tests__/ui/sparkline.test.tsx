import { render, screen } from '@testing-library/react';
import * as React from 'react';
import { FiguresTable } from '../../ui/figures-table';
import * as units from '../../ui/units';
import {
  highestParts,
  sameSeries,
  Sparkline,
  sparkPaths,
  sparkWords
} from '../../ui/sparkline';
import { expectAccessible, trans } from './fakes';
import { openDetails } from './open-details';

const words = (series: (number | null)[], step = 5) =>
  sparkWords({ label: 'Memory', series, step, unit: 'memory', trans });

describe('A sparkline', () => {
  it('says lowest, highest and last', () => {
    expect(words([1200, 3400, 3200], 1200)).toBe(
      'Memory in the last hour: lowest 1.2 GB, highest 3.3 GB, now 3.1 GB'
    );
  });

  it('says how long it goes back when that is less than an hour', () => {
    expect(words([1, 2], 60)).toContain('Memory in the last 2 min');
  });

  it('does not take a gap for 0, in words or in the line', () => {
    expect(words([1024, null])).toBe(
      'Memory in the last 10 s: lowest 1 GB, highest 1 GB'
    );
    expect(words([null])).toBe('Memory in the last 5 s: not reported');
    const { line } = sparkPaths([5, 5, null, 5, 5]);
    expect(line.match(/M/g)).toHaveLength(2);
  });

  it('never loses a short peak', () => {
    const series = Array.from({ length: 720 }, (_, index) =>
      index === 333 ? 900 : 10
    );
    expect(Math.max(...highestParts(series, 40).map(Number))).toBe(900);
    expect(highestParts(series, 40)).toHaveLength(40);
  });

  it('ends at the right edge, also when it has just begun', () => {
    expect(sparkPaths([1, 2, 3]).line).toMatch(/L120 1$/);
    expect(sparkPaths([1, 2, 3]).line).not.toMatch(/^M0 /);
  });

  it('fills the height at its limit only', () => {
    expect(sparkPaths([50], { most: 100 }).line).toBe('M120 12.5h0');
  });

  it('is an image with its words as name', async () => {
    const { container } = render(
      <Sparkline
        label="CPU"
        series={[100, 150]}
        step={5}
        unit="cpu"
        trans={trans}
      />
    );
    expect(
      screen.getByRole('img', { name: /^CPU in the last 10 s: lowest 1 core/ })
    ).toBeTruthy();
    await expectAccessible(container);
  });

  it('is not drawn again for the same numbers in another array', () => {
    const draw = jest.spyOn(units, 'seriesWords');
    const show = (series: number[]) => (
      <Sparkline
        label="CPU"
        series={series}
        step={5}
        unit="cpu"
        trans={trans}
      />
    );
    const { rerender } = render(show([1, 2, 3]));
    const once = draw.mock.calls.length;
    expect(once).toBeGreaterThan(0);
    rerender(show([1, 2, 3]));
    expect(draw.mock.calls).toHaveLength(once);
    rerender(show([1, 2, 4]));
    expect(draw.mock.calls.length).toBeGreaterThan(once);
    draw.mockRestore();
  });

  it('series are the same by what they say', () => {
    expect(sameSeries([1, null], [1, null])).toBe(true);
    expect(sameSeries([1, null], [1, 0])).toBe(false);
    expect(sameSeries([1], undefined)).toBe(false);
  });
});

describe('The figures behind the charts', () => {
  it('can be read as a table of the highest of each five minutes', async () => {
    const { container } = render(
      <FiguresTable
        columns={[
          {
            label: 'Memory',
            series: Array.from({ length: 120 }, (_, index) =>
              index < 60 ? null : index === 70 ? 2048 : 1024
            ),
            unit: 'memory'
          }
        ]}
        end={0}
        step={5}
        trans={trans}
      />
    );
    expect(screen.queryByRole('table')).toBeNull();
    await openDetails('Figures of the last hour');
    expect(screen.getAllByRole('cell').map(cell => cell.textContent)).toEqual([
      '2 GB',
      'not reported'
    ]);
    await expectAccessible(container);
  });
});
