import { render, screen } from '@testing-library/react';
import * as React from 'react';
import { Gauge } from '../../ui/gauge';
import { expectAccessible, trans } from './fakes';

describe('A gauge', () => {
  it('says in words what its bar and its colour say', async () => {
    const { container } = render(
      <Gauge
        words={{
          label: 'Memory',
          value: '3.2 of 4 GB',
          percent: 80,
          tone: 'high',
          state: 'high'
        }}
        trans={trans}
      />
    );
    const meter = screen.getByRole('meter', { name: 'Memory' });
    expect(meter.getAttribute('aria-valuenow')).toBe('80');
    expect(meter.getAttribute('aria-valuetext')).toBe('3.2 of 4 GB, 80%, high');
    expect(container.textContent).toContain('high');
    await expectAccessible(container);
  });

  it('without a limit there is no meter to be full', () => {
    const { container } = render(
      <Gauge words={{ label: 'CPU', value: 'not reported' }} trans={trans} />
    );
    expect(screen.queryByRole('meter')).toBeNull();
    expect(container.textContent).toContain('CPU not reported');
  });
});
