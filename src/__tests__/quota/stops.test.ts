import { isMarkPassed, leftWords, untilNextStep } from '../../quota/countdown';
import { savedWords, stopWords } from '../../quota/stop-words';
import { Stops } from '../../quota/stops';
import { HOSTILE, NOW, trans } from '../ui/fakes';
import { allowance, stop } from './fake-quota';

const SECOND = 1000;
const MINUTE = 60_000;

describe('The time that is left', () => {
  it('is said in minutes, and in seconds in the last one', () => {
    expect(
      [
        65 * MINUTE,
        12 * MINUTE,
        11 * MINUTE + 1,
        61 * SECOND,
        60 * SECOND,
        44_001,
        1,
        0,
        -5
      ].map(ms => leftWords(trans, ms))
    ).toEqual([
      '1 h 5 min',
      '12 min',
      '12 min',
      '2 min',
      '1 min',
      '45 s',
      '1 s',
      '0 s',
      '0 s'
    ]);
  });

  it('is looked at again exactly when the words change', () => {
    for (let ms = 15 * MINUTE; ms > 0;) {
      const step = untilNextStep(ms);
      const words = leftWords(trans, ms);
      expect(leftWords(trans, ms - step + 1)).toBe(words);
      expect(leftWords(trans, ms - step)).not.toBe(words);
      ms -= step;
    }
    expect(untilNextStep(0)).toBe(Infinity);
  });

  it('is told to a screen reader at 10, 5 and 1 minutes and 30 seconds', () => {
    const told: number[] = [];
    for (let left = 20 * 60; left > 0; left--) {
      if (isMarkPassed((left + 1) * SECOND, left * SECOND)) {
        told.push(left);
      }
    }
    expect(told).toEqual([600, 300, 60, 30]);
  });
});

describe('A planned stop', () => {
  const words = (change = {}, own: string | null = '') =>
    stopWords(trans, stop(change), {
      own,
      allowances: [allowance({ used: 60 })],
      now: NOW
    });

  it('says which server, when and why', () => {
    expect(words()).toMatch(
      /^This server will be stopped today .*: 60 of 50 GPU hours of “GPU hours” are used\.$/
    );
    expect(words({}, 'gpu')).toMatch(/^Your default server will be stopped/);
    expect(words({ server: 'gpu' })).toMatch(
      /^Your server “gpu” will be stopped/
    );
    expect(words({ policy: 'gone' })).toContain('“gone” is used up.');
    expect(words({ policy: undefined })).toContain('a limit is used up.');
  });

  it('of an admin says who, with their words', () => {
    const change = { because: 'admin', by: 'root', message: 'Maintenance' };
    expect(words(change)).toMatch(/: root decided so\. “Maintenance”$/);
    expect(words({ ...change, by: undefined, message: '' })).toMatch(
      /: an admin decided so\.$/
    );
  });

  it('shows the text of others on one line and without marks that turn it', () => {
    const change = { because: 'admin', by: HOSTILE, message: HOSTILE };
    expect(words({ ...change, server: HOSTILE })).not.toMatch(/[\u202e\n]/);
  });
});

describe('What became of saving', () => {
  const failed = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `${index}.txt`,
      reason: 'read-only'
    }));

  it('is said with every file that was not saved and why', () => {
    expect(savedWords(trans, { saved: 0, failed: [] })).toBe(
      'Everything is saved.'
    );
    expect(savedWords(trans, { saved: 2, failed: [] })).toBe(
      '2 documents saved.'
    );
    expect(savedWords(trans, { saved: 1, failed: failed(2) })).toBe(
      '1 document saved. Not saved: 0.txt (read-only), 1.txt (read-only).'
    );
    expect(savedWords(trans, { saved: 0, failed: failed(1) })).toBe(
      'Not saved: 0.txt (read-only).'
    );
    expect(savedWords(trans, { saved: 0, failed: failed(11) })).toContain(
      '7.txt (read-only) and 3 more.'
    );
  });
});

describe('A countdown', () => {
  const save = jest.fn(async () => ({ saved: 1, failed: [] }));
  const ask = jest.fn();
  let stops: Stops;
  let changes: number;

  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
    save.mockClear();
    ask.mockClear();
    stops = new Stops({ time: Date.now, own: () => '', save, ask });
    changes = 0;
    stops.changed.connect(() => changes++);
  });
  afterEach(() => {
    stops.dispose();
    jest.useRealTimers();
  });

  it('changes once a minute, then once a second', async () => {
    stops.put(stop());
    changes = 0;
    await jest.advanceTimersByTimeAsync(11 * MINUTE);
    expect(changes).toBe(11);
    changes = 0;
    await jest.advanceTimersByTimeAsync(29 * SECOND);
    expect(changes).toBe(29);
  });

  it('is told when it begins, when it changes, and at the four marks', async () => {
    stops.put(stop());
    expect(stops.told).toBe(1);
    stops.put(stop());
    expect(stops.told).toBe(1);
    await jest.advanceTimersByTimeAsync(12 * MINUTE);
    expect(stops.told).toBe(5);
    stops.put(stop({ stopAt: NOW + 20 * MINUTE }));
    expect(stops.told).toBe(6);
  });

  it('saves by itself thirty seconds before, and once more just before', async () => {
    stops.put(stop({ stopAt: NOW + MINUTE }));
    await jest.advanceTimersByTimeAsync(29 * SECOND);
    expect(save).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(SECOND);
    expect(save).toHaveBeenCalledTimes(1);
    expect(stops.result).toEqual({ saved: 1, failed: [] });
    await jest.advanceTimersByTimeAsync(40 * SECOND);
    expect(save).toHaveBeenCalledTimes(2);
  });

  it('of another server saves nothing here', async () => {
    stops.put(stop({ server: 'gpu', stopAt: NOW + MINUTE }));
    await jest.advanceTimersByTimeAsync(MINUTE);
    expect(save).not.toHaveBeenCalled();
  });

  it('whose moment has passed is asked about until it is gone', async () => {
    stops.put(stop({ stopAt: NOW + MINUTE }));
    await jest.advanceTimersByTimeAsync(2 * MINUTE + SECOND);
    expect(ask).toHaveBeenCalledTimes(3);
    stops.keep([]);
    await jest.advanceTimersByTimeAsync(10 * MINUTE);
    expect(ask).toHaveBeenCalledTimes(3);
  });

  it('that was moved on goes on with all its marks and saves', async () => {
    stops.put(stop({ stopAt: NOW + MINUTE }));
    await jest.advanceTimersByTimeAsync(55 * SECOND);
    expect(save).toHaveBeenCalledTimes(2);
    stops.put(stop({ stopAt: NOW + 3 * MINUTE }));
    await jest.advanceTimersByTimeAsync(2 * MINUTE);
    expect(save).toHaveBeenCalledTimes(4);
  });

  it('of this server comes first, then the nearest', () => {
    stops.put(stop({ server: 'b', stopAt: NOW + 2 * MINUTE }));
    stops.put(stop({ server: 'a', stopAt: NOW + MINUTE }));
    stops.put(stop({ server: '', stopAt: NOW + 9 * MINUTE }));
    expect(stops.list.map(({ server }) => server)).toEqual(['', 'a', 'b']);
  });

  it('ends with the page', async () => {
    stops.put(stop());
    stops.dispose();
    expect(jest.getTimerCount()).toBe(0);
  });
});
