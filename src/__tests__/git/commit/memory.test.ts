import { StateDB } from '@jupyterlab/statedb';
import { Memory } from '../../../git/commit/memory';

/** As long as the memory waits before it writes, and a little more. */
const written = () => jest.advanceTimersByTimeAsync(1000);

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const open = async (store: StateDB) => {
  const memory = new Memory(store, () => undefined);
  await written();
  return memory;
};

describe('What is kept of a commit that is not made yet', () => {
  it('is there when the page is opened again', async () => {
    const store = new StateDB();
    const before = await open(store);
    before.setDraft('work', 'Half a message');
    before.setBare('work', 'a.ipynb', true);
    await written();
    const after = await open(store);
    expect(after.draft('work')).toBe('Half a message');
    expect(after.draft('other')).toBe('');
    expect(after.isBare('work', 'a.ipynb')).toBe(true);
    expect(after.isBare('other', 'a.ipynb')).toBe(false);
  });

  it('is gone when it was committed', async () => {
    const store = new StateDB();
    const before = await open(store);
    before.setDraft('work', 'x');
    await written();
    before.setDraft('work', '');
    await written();
    expect((await open(store)).draft('work')).toBe('');
  });

  it('is bounded, the latest stay', async () => {
    const store = new StateDB();
    const before = await open(store);
    for (let at = 0; at < 50; at++) {
      before.setDraft(`repo${at}`, 'x');
    }
    await written();
    const after = await open(store);
    expect(after.draft('repo0')).toBe('');
    expect(after.draft('repo49')).toBe('x');
  });

  it('that cannot be read is nothing', async () => {
    for (const kept of [
      7,
      { drafts: 'x', bare: [[1]] },
      { drafts: [[1, 2]] }
    ]) {
      const store = new StateDB();
      await store.save('jupyterlab-commons:git-changes', kept);
      expect((await open(store)).draft('work')).toBe('');
    }
  });

  it('lives without a place to write to', async () => {
    const memory = new Memory(null, () => undefined);
    memory.setDraft('work', 'x');
    await written();
    expect(memory.draft('work')).toBe('x');
  });
});
