import { render } from '@testing-library/react';
import * as React from 'react';
import type { UsageHistory, UsageSample } from '@jupyterlab-commons/protocol';
import type { UsageState } from '../../tokens';
import { ResourcesView } from '../../usage/panel';
import { trans } from '../ui/fakes';

/** The panel in one state; `again` draws another one at another time. */
export function showPanel(
  state: UsageState,
  options: { time?: number; age?: number } = {}
) {
  const run = jest.fn();
  const scan = jest.fn();
  const element = (
    drawn: UsageState,
    { time, age = 0 }: { time?: number; age?: number }
  ) => (
    <ResourcesView
      state={drawn}
      time={time ?? (drawn.kind === 'ready' ? drawn.sample.at : 0)}
      age={age}
      trans={trans}
      run={run}
      scan={scan}
    />
  );
  const { container, rerender } = render(element(state, options));
  return {
    run,
    scan,
    container,
    again: (drawn: UsageState, at: { time?: number; age?: number } = {}) =>
      rerender(element(drawn, at))
  };
}

export const readyWith = (
  sample: UsageSample,
  history: UsageHistory | null = null
): UsageState => ({ kind: 'ready', sample, history });
