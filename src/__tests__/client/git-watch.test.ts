import { errors } from '@jupyterlab-commons/protocol';
import { GitWatch, type GitChange } from '../../client/git-watch';
import { FakeUsageServer, setHidden } from './fake-usage-server';

let server: FakeUsageServer;
let heard: (readonly GitChange[])[];
let watch: GitWatch;

beforeEach(() => {
  jest.useFakeTimers();
  server = new FakeUsageServer();
  heard = [];
  watch = new GitWatch(server.settings(), 'my work', changed =>
    heard.push(changed)
  );
});

afterEach(() => {
  watch.dispose();
  setHidden(false);
  jest.useRealTimers();
});

it('listens to its repository, and says nothing', () => {
  const url = new URL(server.last.url);
  expect(url.pathname).toBe('/user/ada/commons/git/watch');
  expect(url.searchParams.get('repo')).toBe('my work');
  expect(url.searchParams.has('token')).toBe(false);
  jest.advanceTimersByTime(3_600_000);
  expect(server.sockets.length).toBe(1);
  expect(server.last.heard).toEqual([]);
});

it('hands on what has changed, and takes words that it does not know for news', () => {
  server.say({ changed: [] });
  server.say({ changed: ['refs', 'head'] });
  server.say({ changed: ['submodules'] });
  expect(heard).toEqual([
    [],
    ['refs', 'head'],
    ['refs', 'head', 'index', 'state']
  ]);
});

it('is closed while the page is hidden, and open at once when it is back', () => {
  setHidden(true);
  expect(server.open.length).toBe(0);
  jest.advanceTimersByTime(3_600_000);
  expect(server.sockets.length).toBe(1);
  setHidden(false);
  expect(server.open.length).toBe(1);
});

it('comes back after a loss, ever more seldom', () => {
  for (let loss = 0; loss < 30; loss++) {
    server.last.lose();
    jest.advanceTimersByTime(10 * 60_000);
  }
  expect(server.sockets.length).toBe(31);
  server.last.lose();
  jest.advanceTimersByTime(2 * 60_000);
  expect(server.sockets.length).toBe(31);
});

it('does not come back after a refusal for good', () => {
  server.last.lose(errors.BAD_REQUEST.close, 'BAD_REQUEST');
  jest.advanceTimersByTime(3_600_000);
  setHidden(true);
  setHidden(false);
  expect(server.sockets.length).toBe(1);
});

it('is silent when it is disposed', () => {
  watch.dispose();
  expect(server.open.length).toBe(0);
  setHidden(true);
  setHidden(false);
  jest.advanceTimersByTime(3_600_000);
  expect(server.sockets.length).toBe(1);
});
