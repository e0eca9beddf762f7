import { CommonsError } from '@jupyterlab-commons/protocol';
import { QuotaModel } from '../../quota/model';
import { NOW, ready } from '../ui/fakes';
import { FakeQuota, report, settle } from './fake-quota';

const MINUTE = 60_000;

function setup(companion = new FakeQuota()) {
  const model = new QuotaModel(companion);
  const kinds: string[] = [];
  model.changed.connect(() => kinds.push(model.state.kind));
  return { companion, model, kinds };
}

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});
afterEach(() => {
  jest.useRealTimers();
});

async function pass(ms: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(ms);
}

describe('The report', () => {
  it('is not asked for while nobody looks', async () => {
    const { companion, model } = setup();
    model.expire();
    await pass(10 * MINUTE);
    expect(companion.asked).toBe(0);
  });

  it('is asked for at the first look, then once a minute until the last', async () => {
    const { companion, model } = setup();
    const looks = [model.look(), model.look()];
    await settle();
    expect(companion.asked).toBe(1);
    await pass(MINUTE);
    expect(companion.asked).toBe(2);
    looks[0]!.dispose();
    await pass(MINUTE);
    expect(companion.asked).toBe(3);
    looks[1]!.dispose();
    await pass(10 * MINUTE);
    expect(companion.asked).toBe(3);
  });

  it('is not asked for again by looking away and back within the minute', async () => {
    const { companion, model } = setup();
    model.look().dispose();
    await settle();
    model.look();
    await settle();
    expect(companion.asked).toBe(1);
  });

  it('is asked for at news, at once where somebody looks', async () => {
    const { companion, model } = setup();
    const look = model.look();
    await settle();
    model.expire();
    await settle();
    expect(companion.asked).toBe(2);
    look.dispose();
    model.expire();
    await settle();
    expect(companion.asked).toBe(2);
    model.look();
    await settle();
    expect(companion.asked).toBe(3);
  });

  it('that was overtaken by a later one is dropped', async () => {
    const { companion, model } = setup();
    let open = () => {};
    companion.gate = new Promise(resolve => (open = resolve));
    companion.report = report({ user: 'old' });
    const first = model.refresh();
    companion.gate = Promise.resolve();
    companion.report = report({ user: 'new' });
    await model.refresh();
    open();
    await first;
    expect(model.report?.user).toBe('new');
  });
});

describe('What is known', () => {
  it('stays while the companion does not answer, and is asked for again when it does', async () => {
    const { companion, model } = setup();
    model.look();
    await settle();
    companion.failure = new CommonsError('STOPPING');
    await pass(MINUTE);
    expect(model.state).toMatchObject({ kind: 'failed', last: { at: NOW } });
    expect(model.age).toBe(MINUTE);
    companion.failure = null;
    companion.setState(ready());
    await settle();
    expect(model.state.kind).toBe('ready');
  });

  it('is nothing where there is no companion, and nothing is asked', async () => {
    const { companion, model } = setup(
      new FakeQuota({ kind: 'absent', reason: 'None here.' })
    );
    model.look();
    await pass(10 * MINUTE);
    expect(companion.asked).toBe(0);
    expect(model.state).toEqual({ kind: 'absent', reason: 'None here.' });
  });

  it('is nothing with a companion that counts nothing, which is asked once', async () => {
    const { companion, model } = setup();
    companion.failure = new CommonsError('NO_ROUTE');
    model.look();
    await pass(10 * MINUTE);
    expect(model.state).toEqual({ kind: 'absent', reason: null });
    expect(companion.asked).toBe(1);
    companion.failure = null;
    companion.setState(ready());
    await settle();
    expect(model.state.kind).toBe('ready');
  });

  it('goes by the clock of the companion', async () => {
    const { companion, model } = setup();
    companion.report = report({ at: NOW + 7 * MINUTE });
    await model.refresh();
    await pass(MINUTE);
    expect(model.time()).toBe(NOW + 8 * MINUTE);
  });
});
