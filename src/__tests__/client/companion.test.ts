import { anything, CommonsError, info } from '@jupyterlab-commons/protocol';
import { Companion } from '../../client/companion';
import { FakeHub, pass, SESSION } from './fake-hub';

let hub: FakeHub;

beforeEach(() => {
  jest.useFakeTimers();
  hub = new FakeHub();
});

afterEach(() => {
  hub.companion.dispose();
  jest.useRealTimers();
});

const people = () =>
  hub.companion.call('people', { query: { q: 'b b' }, answer: anything });

/** A page that the companion has greeted. */
async function readyPage(): Promise<void> {
  hub.companion.start();
  await pass();
  hub.say({ type: 'hello' });
}

describe('signing in', () => {
  it('asks nothing before it is started', async () => {
    await pass(3_600_000);
    expect(hub.calls).toEqual([]);
  });

  it('I4 shows the page’s token to api/session alone', async () => {
    hub.answers['api/people?q=b+b'] = { body: {} };
    await people();
    expect(hub.calls.map(({ url, proof }) => [url, proof])).toEqual([
      ['api/session', 'token page-token'],
      ['api/people?q=b+b', 'Bearer s1']
    ]);
  });

  it('makes one request for many callers', async () => {
    hub.answers['api/people?q=b+b'] = { body: {} };
    await Promise.all([people(), people(), people()]);
    expect(hub.times('api/session')).toBe(1);
  });

  it('I4 renews with the session it has, while nobody does anything', async () => {
    await readyPage();
    await pass(SESSION.renewAfterSeconds * 1000 + 1);
    const [, renewal] = hub.calls.filter(({ url }) => url === 'api/session');
    expect(JSON.parse(renewal!.body)).toMatchObject({ session: 's1' });
    expect(hub.companion.state).toMatchObject({
      kind: 'ready',
      session: { session: 's2' }
    });
  });

  it('signs in anew once when the companion has forgotten the session', async () => {
    hub.answers['api/people?q=b+b'] = times =>
      times === 1
        ? { status: 401, body: new CommonsError('SIGNED_OUT').toBody() }
        : { body: 'people' };
    await expect(people()).resolves.toBe('people');
    expect(hub.times('api/session')).toBe(2);
  });

  it('does not ask for ever when that does not help', async () => {
    hub.refuse('api/people?q=b+b', 'SIGNED_OUT');
    await expect(people()).rejects.toMatchObject({ code: 'SIGNED_OUT' });
    expect(hub.times('api/people?q=b+b')).toBe(2);
  });

  it('I5 uses the session it has while renewing fails for a passing reason', async () => {
    await readyPage();
    hub.refuse('api/session', 'HUB_ABSENT');
    hub.answers['api/people?q=b+b'] = { body: 'people' };
    await pass(SESSION.renewAfterSeconds * 1000 + 1);
    await expect(people()).resolves.toBe('people');
    expect(hub.companion.state.kind).toBe('ready');
  });
});

describe('what the page knows of the companion', () => {
  it('is ready when it has been greeted', async () => {
    hub.companion.start();
    expect(hub.companion.state.kind).toBe('connecting');
    await pass();
    expect(hub.sockets[0]!.protocols).toEqual(['commons.v1', 't']);
    hub.say({ type: 'hello' });
    expect(hub.companion.state.kind).toBe('ready');
  });

  it('I3 says where to go instead when it is a guest’s page, and asks no more', async () => {
    hub.refuse('api/session', 'GUEST_SERVER');
    hub.companion.start();
    await pass(3_600_000);
    expect(hub.companion.state).toMatchObject({
      kind: 'failed',
      error: { code: 'GUEST_SERVER' }
    });
    expect(hub.times('api/session')).toBe(1);
  });

  it('opens a lost socket again, later and later', async () => {
    await readyPage();
    hub.lose();
    expect(hub.companion.state).toMatchObject({
      kind: 'failed',
      error: { retry: true }
    });
    await pass(500);
    expect(hub.sockets).toHaveLength(2);
    hub.say({ type: 'hello' });
    expect(hub.companion.state.kind).toBe('ready');
  });

  it('does not open one that was refused for good, until somebody asks', async () => {
    await readyPage();
    hub.lose(4426);
    await pass(3_600_000);
    expect(hub.sockets).toHaveLength(1);
    hub.companion.retry();
    await pass();
    expect(hub.sockets).toHaveLength(2);
  });

  it('passes over what it does not understand', async () => {
    await readyPage();
    const heard: string[] = [];
    hub.companion.events.connect((_, { type }) => heard.push(type));
    hub.say({ type: 'from-the-future' });
    hub.say({ type: 'removed', id: 'x' });
    expect(heard).toEqual(['removed']);
  });

  it('is absent, quiet and refuses in words where there is no companion', async () => {
    const fetcher = jest.fn();
    const companion = new Companion({
      base: null,
      problem: 'Ask the admin.',
      token: '',
      linkBase: '',
      fetcher
    });
    companion.start();
    companion.retry();
    await pass(3_600_000);
    expect(companion.state).toEqual({
      kind: 'absent',
      reason: 'Ask the admin.'
    });
    await expect(
      companion.call('people', { answer: anything })
    ).rejects.toMatchObject({ code: 'HUB_ABSENT', detail: 'Ask the admin.' });
    expect(fetcher).not.toHaveBeenCalled();
  });
});

describe('answers that are none of the companion’s', () => {
  const ask = () => hub.companion.call('info', { answer: info });

  it.each([
    [502, 'STOPPING'],
    [503, 'STOPPING'],
    [404, 'NO_ROUTE'],
    [500, 'INTERNAL']
  ])('%i of a proxy is %s', async (status, code) => {
    hub.answers['api/info'] = { status, body: '<html>' };
    await expect(ask()).rejects.toMatchObject({ code });
  });

  it('silence is STOPPING', async () => {
    await expect(ask()).rejects.toMatchObject({ code: 'STOPPING' });
  });

  it('an answer of another shape asks to reload', async () => {
    hub.answers['api/info'] = { body: { version: 7 } };
    await expect(ask()).rejects.toMatchObject({ code: 'PAGE_TOO_OLD' });
  });

  it('keeps the detail and the link of a refusal', async () => {
    const error = new CommonsError('GUEST_SERVER', 'bob', '/hub/home');
    hub.answers['api/info'] = { status: 403, body: error.toBody() };
    await expect(ask()).rejects.toMatchObject({
      code: 'GUEST_SERVER',
      detail: 'bob',
      link: '/hub/home'
    });
  });
});

describe('addresses', () => {
  it('I9 carry no proof', () => {
    expect(hub.companion.socketUrl('sync', { id: 'x/y' })).toBe(
      'wss://hub/services/commons/sync/x%2Fy'
    );
    expect(hub.companion.linkTo('abc')).toBe(
      'https://hub/hub/user-redirect/lab?live=abc'
    );
  });
});
