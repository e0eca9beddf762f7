import { mergePatch, usageSample } from '@jupyterlab-commons/protocol';
import { UsageStream } from '../../client/usage-stream';
import type { UsageState } from '../../tokens';
import history from '../../../protocol/fixtures/usage-history.json';
import sample from '../../../protocol/fixtures/usage-sample.json';
import { pass } from './fake-hub';
import { FakeUsageServer, setHidden } from './fake-usage-server';

const MINUTE = 60_000;

let server: FakeUsageServer;
let stream: UsageStream;
let states: UsageState[];

function start(settings = server.settings()): void {
  stream = new UsageStream(settings);
  stream.stateChanged.connect((_, state) => states.push(state));
}

beforeEach(() => {
  jest.useFakeTimers();
  setHidden(false);
  server = new FakeUsageServer();
  states = [];
  start();
});

afterEach(() => {
  stream.dispose();
  setHidden(false);
  jest.useRealTimers();
});

const kinds = () => states.map(each => each.kind);

/** A page with figures on it. */
async function readyPage(view: 'status' | 'panel' = 'status'): Promise<void> {
  stream.setView(view);
  await pass(1);
  server.say({ full: sample });
}

describe('who looks', () => {
  it('opens nothing while nobody looks, and one socket however often it is told', async () => {
    await pass(MINUTE);
    expect(server.sockets).toEqual([]);
    stream.setView('status');
    stream.setView('panel');
    stream.setView('panel');
    await pass(1);
    expect(server.sockets.length).toBe(1);
    expect(server.last.url).toBe('wss://hub/user/ada/commons/usage');
    expect(server.last.heard).toEqual([{ view: 'panel' }]);
  });

  it('shows its token only where JupyterLab itself puts it into addresses', async () => {
    stream.dispose();
    start(server.settings({ appendToken: true }));
    stream.setView('status');
    expect(server.last.url).toBe(
      'wss://hub/user/ada/commons/usage?token=page%20token'
    );
  });

  it('says each view once', async () => {
    await readyPage();
    stream.setView('panel');
    await pass();
    stream.setView('panel');
    stream.setView('none');
    expect(server.last.heard).toEqual([
      { view: 'status' },
      { view: 'panel' },
      { view: 'none' }
    ]);
  });

  it('asks for the folders of the home', async () => {
    await readyPage('panel');
    stream.scanHome();
    expect(server.last.heard).toEqual([{ view: 'panel' }, { scan: true }]);
  });
});

describe('a hidden page', () => {
  it('stops the figures at once and closes after five minutes', async () => {
    await readyPage('panel');
    setHidden(true);
    expect(server.last.heard.at(-1)).toEqual({ view: 'none' });
    await pass(5 * MINUTE - 2);
    expect(server.open.length).toBe(1);
    await pass(10);
    expect(server.open).toEqual([]);
    await pass(60 * MINUTE);
    expect(server.sockets.length).toBe(1);
    expect(stream.state.kind).toBe('ready');
  });

  it('goes on where it was when it is seen again soon', async () => {
    await readyPage('panel');
    setHidden(true);
    await pass(MINUTE);
    setHidden(false);
    expect(server.sockets.length).toBe(1);
    expect(server.last.heard.slice(-2)).toEqual([
      { view: 'none' },
      { view: 'panel' }
    ]);
  });

  it('opens again at once when it is seen after long', async () => {
    await readyPage('panel');
    setHidden(true);
    await pass(30 * MINUTE);
    setHidden(false);
    await pass(1);
    expect(server.sockets.length).toBe(2);
    expect(server.last.heard).toEqual([{ view: 'panel' }]);
  });

  it('does not connect when it is hidden from the start', async () => {
    setHidden(true);
    stream.setView('panel');
    await pass(10 * MINUTE);
    expect(server.sockets).toEqual([]);
  });
});

describe('what comes', () => {
  it('becomes a sample; a patch changes what it names and nothing else', async () => {
    await readyPage();
    const patch = {
      at: sample.at + 1000,
      memory: { used: 5, peak: null },
      consumers: { 'terminal:1': null }
    };
    server.say({ patch });
    const { state } = stream;
    expect(JSON.stringify(state)).toBe(
      JSON.stringify({
        kind: 'ready',
        sample: usageSample(mergePatch(sample, patch)),
        history: null
      })
    );
  });

  it('takes figures of a newer server that it does not know', async () => {
    stream.setView('status');
    await pass(1);
    server.say({
      full: { ...sample, memory: { used: 1, newer: { deep: 1 } } }
    });
    server.say({ patch: { memory: { used: 2 } } });
    expect(stream.state).toMatchObject({ sample: { memory: { used: 2 } } });
  });

  it('keeps the history of the server current with what comes after it', async () => {
    await readyPage('panel');
    server.say({ history });
    expect(stream.state).toMatchObject({ history });
    server.say({
      patch: { at: history.end + 5000, memory: { used: 2 ** 30 } }
    });
    expect(stream.state).toMatchObject({
      history: { end: history.end + 5000, memory: [...history.memory, 1024] }
    });
  });

  it('ignores a frame of a newer server that says nothing known', async () => {
    await readyPage();
    server.say({ weather: 'fine' });
    expect(kinds()).toEqual(['ready']);
    expect(server.sockets.length).toBe(1);
  });

  it.each([
    ['no JSON', '{'],
    ['a patch before anything whole', '{"patch":{"at":1}}'],
    ['a sample of another shape', '{"full":{"at":"now"}}']
  ])('%s: connects again for a whole sample', async (_, data) => {
    stream.setView('status');
    await pass(1);
    server.last.onmessage?.({ data });
    expect(server.open).toEqual([]);
    await pass(1000);
    expect(server.open.length).toBe(1);
    server.say({ full: sample });
    expect(stream.state.kind).toBe('ready');
  });

  it('a server that sends nonsense after each whole sample is not asked in a tight loop', async () => {
    stream.setView('status');
    for (let second = 0; second < 600; second++) {
      await pass(1000);
      if (server.open.length > 0) {
        server.say({ full: sample });
        server.say({ patch: { at: 'now' } });
      }
    }
    expect(server.sockets.length).toBeLessThan(20);
    expect(states.at(-1)).toMatchObject({ error: { code: 'PAGE_TOO_OLD' } });
  });
});

describe('a lost connection', () => {
  it('that comes back soon is not worth a word', async () => {
    await readyPage();
    server.last.lose();
    await pass(1000);
    server.say({ full: sample });
    expect(kinds()).toEqual(['ready', 'ready']);
  });

  it('that does not come back is told with what was known, and mended by itself', async () => {
    await readyPage();
    server.accepts = false;
    for (let turn = 0; turn < 3; turn++) {
      server.last.lose();
      await pass(5000);
    }
    expect(stream.state).toMatchObject({
      kind: 'failed',
      error: { code: 'USAGE_LOST' },
      last: { at: sample.at }
    });
    server.last.accept();
    server.say({ full: { ...sample, at: sample.at + 1 } });
    expect(stream.state.kind).toBe('ready');
  });

  it('keeps the time between tries within half a minute, and never under a quarter second', async () => {
    await readyPage();
    server.accepts = false;
    const waits: number[] = [];
    for (let turn = 0; turn < 12; turn++) {
      server.last.lose();
      const before = server.sockets.length;
      let waited = 0;
      while (server.sockets.length === before && waited < 10 * MINUTE) {
        await jest.advanceTimersByTimeAsync(50);
        waited += 50;
      }
      waits.push(waited);
    }
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(250);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_050);
  });

  it('to a server without the extension is tried rarely and without a word in the console', async () => {
    const spoken = ['log', 'warn', 'error'].map(name =>
      jest.spyOn(console, name as 'log').mockImplementation(() => undefined)
    );
    server.accepts = false;
    stream.setView('status');
    for (let second = 0; second < 3600; second++) {
      await jest.advanceTimersByTimeAsync(1000);
      server.open.forEach(each => each.lose());
    }
    expect(stream.state).toMatchObject({
      kind: 'failed',
      error: { code: 'USAGE_LOST' },
      last: null
    });
    expect(server.sockets.length).toBeLessThan(30);
    spoken.forEach(each => expect(each).not.toHaveBeenCalled());
  }, 30_000);

  it('that nobody closed is noticed by its silence', async () => {
    await readyPage();
    await pass(25_000);
    server.say({ patch: { at: sample.at + 25_000 } });
    await pass(25_000);
    expect(server.sockets.length).toBe(1);
    await pass(7000);
    expect(server.sockets.length).toBe(2);
  });

  it('is not missed where nobody looks', async () => {
    await readyPage();
    stream.setView('none');
    server.last.lose();
    await pass(60 * MINUTE);
    expect(server.sockets.length).toBe(1);
  });

  it('leaves no timer and no socket behind when it is disposed', async () => {
    await readyPage('panel');
    stream.dispose();
    setHidden(true);
    setHidden(false);
    await pass(10 * MINUTE);
    expect(server.open).toEqual([]);
    expect(server.sockets.length).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
