import { RepositoryStatus } from '../../../git/commit/status';
import { FakeWrites } from './fake-writes';

let calls: FakeWrites;
let status: RepositoryStatus;
beforeEach(() => {
  jest.useFakeTimers();
  calls = new FakeWrites();
  status = new RepositoryStatus(calls);
});
afterEach(() => {
  status.dispose();
  jest.useRealTimers();
});

const pass = () => jest.advanceTimersByTimeAsync(10_000);
const asked = () => calls.asked('status').length;

describe('The state of a repository', () => {
  it('is asked when somebody looks, once for many news, and never by itself', async () => {
    status.follow('work');
    await pass();
    expect(asked()).toBe(0);
    status.setSeen(true);
    status.later();
    status.later();
    await pass();
    expect(asked()).toBe(1);
    await pass();
    expect(asked()).toBe(1);
    status.setSeen(false);
    status.later();
    window.dispatchEvent(new Event('focus'));
    await pass();
    expect(asked()).toBe(1);
  });

  it('is asked again when one comes back from another window', async () => {
    status.follow('work');
    status.setSeen(true);
    await pass();
    window.dispatchEvent(new Event('focus'));
    await pass();
    expect(asked()).toBe(2);
  });

  it('keeps what was known when it cannot be read', async () => {
    calls.files = [{ path: 'a', unstaged: 'changed' }];
    status.follow('work');
    await status.refresh();
    calls.refusals.set('status', [new Error('down')]);
    await status.refresh();
    expect(status.state.kind).toBe('failed');
    expect(status.status!.files).toHaveLength(1);
  });

  it('of another repository is not taken for this one', async () => {
    let answer: () => void = () => undefined;
    const slow = new Promise<void>(resolve => (answer = resolve));
    const read = calls.status.bind(calls);
    calls.status = async repo => {
      await (repo === 'work' ? slow : null);
      return { ...(await read(repo)), branch: repo };
    };
    status.follow('work');
    const first = status.refresh();
    status.follow('other');
    await status.refresh();
    answer();
    await first;
    expect(status.status!.branch).toBe('other');
  });
});
