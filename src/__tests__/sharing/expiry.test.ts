import { dayOf, endOfDay, expiryOf } from '../../sharing/expiry';
import { NOW } from '../ui/fakes';

describe('How long somebody is let in', () => {
  it('no end is null', () => {
    expect(expiryOf('none', '', NOW)).toBeNull();
  });

  it('days count from now', () => {
    expect(expiryOf('day', '', NOW)).toBe('2026-03-11T12:00:00.000Z');
    expect(expiryOf('week', '', NOW)).toBe('2026-03-17T12:00:00.000Z');
    expect(expiryOf('month', '', NOW)).toBe('2026-04-09T12:00:00.000Z');
  });

  it('a date ends with that day where the owner sits', () => {
    const end = endOfDay('2026-03-12', NOW);
    expect(end).not.toBeNull();
    expect(dayOf(end!)).toBe('2026-03-12');
    expect(dayOf(Date.parse(end!) + 1000)).toBe('2026-03-13');
  });

  it('a day that is over, half a date and nonsense are no date', () => {
    for (const date of ['2026-03-01', '0020-03-12', '2026-03', '', 'soon']) {
      expect(expiryOf('date', date, NOW)).toBeUndefined();
    }
  });
});
