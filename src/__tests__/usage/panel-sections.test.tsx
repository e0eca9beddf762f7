import { act, render } from '@testing-library/react';
import * as React from 'react';
import type { UsageState } from '../../tokens';
import { ResourcesView } from '../../usage/panel';
import { trans } from '../ui/fakes';
import { settle } from './fake-usage';
import { sampleWith } from './panel-fixtures';

const ready = (): UsageState => ({
  kind: 'ready',
  sample: sampleWith(),
  history: null
});
const bare = (): UsageState => ({
  kind: 'ready',
  sample: sampleWith({ memory: {}, cpu: {}, consumers: {} }),
  history: null
});

async function show(
  state: UsageState,
  sections: (() => Promise<React.ComponentType>)[]
): Promise<string> {
  const { container } = render(
    <ResourcesView
      {...{ state, sections, trans }}
      time={0}
      age={0}
      run={jest.fn()}
      scan={jest.fn()}
    />
  );
  await act(settle);
  return container.textContent ?? '';
}

describe('What other plugins add to the panel of resources', () => {
  const Added = () => <p>Added by others</p>;

  it.each([
    ['with figures', ready()],
    ['before any figures', { kind: 'connecting' } as const],
    ['where nothing can be measured', bare()]
  ])('is there %s, once', async (_, state) => {
    const text = await show(state, [async () => Added]);
    expect(text.split('Added by others').length).toBe(2);
  });

  it('takes nothing with it when its code does not come', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const gone = () => Promise.reject(new Error('gone'));
    const text = await show(ready(), [gone, async () => Added]);
    expect(text).toContain('Memory');
    expect(text).toContain('Added by others');
    expect(warn).toHaveBeenCalled();
    warn.mockRestore();
  });
});
