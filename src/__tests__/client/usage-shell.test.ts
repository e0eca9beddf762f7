import { UsageShell } from '../../client/usage-shell';
import sample from '../../../protocol/fixtures/usage-sample.json';
import { pass } from './fake-hub';
import { FakeUsageServer, setHidden } from './fake-usage-server';

let server: FakeUsageServer;
let restore: () => void;
let usage: UsageShell;

beforeEach(() => {
  jest.useFakeTimers();
  setHidden(false);
  server = new FakeUsageServer();
  const restored = new Promise<void>(resolve => (restore = resolve));
  usage = new UsageShell(server.settings(), restored);
});

afterEach(() => jest.useRealTimers());

it('nothing is asked before the page has come up, nor while nobody looks', async () => {
  const looking = usage.look('status');
  await pass(1000);
  expect(server.sockets).toEqual([]);
  looking.dispose();
  restore();
  await pass(1000);
  expect(server.sockets).toEqual([]);
  expect(usage.state).toEqual({ kind: 'connecting' });
});

it('all who look share one stream, at the rate of the one who looks closest', async () => {
  restore();
  const status = usage.look('status');
  await pass(1000);
  const one = usage.look('panel');
  const other = usage.look('panel');
  await pass(1);
  one.dispose();
  one.dispose();
  other.dispose();
  status.dispose();
  await pass(1);
  expect(server.sockets.length).toBe(1);
  expect(server.last.heard).toEqual([
    { view: 'status' },
    { view: 'panel' },
    { view: 'status' },
    { view: 'none' }
  ]);
});

it('what comes is told to all, and stays known after they look away', async () => {
  const told: string[] = [];
  usage.stateChanged.connect((_, state) => told.push(state.kind));
  restore();
  const looking = usage.look('status');
  await pass(1000);
  server.say({ full: sample });
  looking.dispose();
  expect(told).toEqual(['ready']);
  expect(usage.state).toMatchObject({ kind: 'ready', sample });
});
