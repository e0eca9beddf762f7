import {
  Notification,
  SessionContext,
  type ISessionContext
} from '@jupyterlab/apputils';
import { ServerConnection, type Session } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import type { ILiveEntry } from '../../tokens';
import { tieKernel } from '../../notebook/kernel';
import { INFO } from './fake-companion';

const LIVE_PATH = 'live:abc/demo.ipynb';
const FILE = 'work/demo.ipynb';
const PLAIN = 'the session that JupyterLab makes by itself';

/**
 * A live panel whose session behaves as JupyterLab's: it makes a session when
 * it has none, and changes the kernel of the one that it has.
 */
function panel({ role = 'owner', refuse = false } = {}) {
  const asked: object[] = [];
  const made: unknown[] = [];
  const sessions = {
    findById: async (id: string) => ({ id, path: FILE }),
    connectTo: ({ model }: { model: Session.IModel }) => model,
    startNew: async () => PLAIN
  };
  const session = {
    session: null as unknown,
    kernelPreference: {},
    sessionManager: sessions,
    initialize: jest.fn(async () => {
      session.session = 'found by its path';
      return false;
    }),
    shutdown: jest.fn(async () => void (session.session = null)),
    startKernel: async () => true,
    changeKernel: async (kernel: object) => {
      if (session.session !== null) {
        made.push('changed in place');
        return null;
      }
      session.session = await session.sessionManager.startNew(
        // @ts-expect-error the stand-in takes fewer
        { path: 'live:abc/uuid', type: 'notebook', name: 'demo', kernel }
      );
      made.push(session.session);
      return null;
    }
  };
  tieKernel({
    context: {
      path: LIVE_PATH,
      model: { defaultKernelName: 'python3' },
      sessionContext: session as unknown as ISessionContext
    } as never,
    entry: Promise.resolve({
      info: { ...INFO, role, path: FILE, server: '' }
    } as unknown as ILiveEntry),
    settings: ServerConnection.makeSettings({
      baseUrl: 'http://localhost/user/ada/',
      fetch: async request => {
        asked.push(await (request as Request).json());
        return refuse
          ? new Response('{"error":{"code":"FILE_MISSING"}}', { status: 404 })
          : new Response(
              '{"sessionId":"s1","kernelId":"k1","kernelName":"python3"}'
            );
      }
    }),
    trans: nullTranslator.load('')
  });
  return { session, asked, made };
}

const at = (kernelName: string) => ({
  path: FILE,
  livePath: LIVE_PATH,
  kernelName
});
const messages = () =>
  Notification.manager.notifications.map(({ message }) => message);

afterEach(() => Notification.dismiss());

describe('the kernel of a live notebook', () => {
  it('is started in the folder of the file when its owner opens it, once', async () => {
    const { session, asked } = panel();
    await session.initialize();
    await session.initialize();
    expect(asked).toEqual([at('python3')]);
    expect(session.kernelPreference).toMatchObject({ canStart: false });
  });

  it('started again after a shutdown, it is there again, and the panel attaches to that session', async () => {
    const { session, asked, made } = panel();
    await session.initialize();
    await session.shutdown();
    await session.changeKernel({ name: 'python3' });
    expect(asked).toEqual([at('python3'), at('python3')]);
    // The session of our server, under the name that JupyterLab waits for.
    expect(made).toEqual([{ id: 's1', path: 'live:abc/uuid' }]);
  });

  it('is started again by running a cell as well', async () => {
    const { session, made } = panel();
    await session.initialize();
    await session.shutdown();
    await expect(session.startKernel()).resolves.toBe(false);
    expect(made).toEqual([{ id: 's1', path: 'live:abc/uuid' }]);
  });

  it('is replaced, not changed in place, when another one is chosen', async () => {
    const { session, asked, made } = panel();
    await session.initialize();
    await session.changeKernel({ name: 'julia' });
    expect(session.shutdown).toHaveBeenCalled();
    expect(asked[1]).toEqual(at('julia'));
    expect(made).toEqual([{ id: 's1', path: 'live:abc/uuid' }]);
  });

  it('that runs already and is chosen by its id is taken as it is', async () => {
    const { session, asked, made } = panel();
    await session.initialize();
    await session.changeKernel({ id: 'k9' });
    expect(made).toEqual(['changed in place']);
    await session.shutdown();
    await session.changeKernel({ id: 'k9' });
    expect(made[1]).toBe(PLAIN);
    expect(asked).toHaveLength(1);
  });

  it('that cannot start says what to do, in the words of the table', async () => {
    const { session } = panel({ refuse: true });
    await session.initialize();
    expect(messages()).toEqual([expect.stringContaining('Put it back')]);
  });

  it.each(['edit', 'view'])(
    'is not started for somebody who may %s, who is told so',
    async role => {
      const { session, asked, made } = panel({ role });
      await session.initialize();
      await session.changeKernel({ name: 'python3' });
      await session.startKernel();
      expect(asked).toEqual([]);
      expect(made).toEqual([]);
      expect(messages()[0]).toContain('server of its owner');
    }
  );
});

/** The server's sessions, and connections to them as far as a session context looks. */
class FakeSessions {
  readonly runningChanged = new Signal<this, Session.IModel[]>(this);
  readonly connectionFailure = new Signal<this, Error>(this);
  readonly ready = Promise.resolve();
  /** Those on the server. */
  readonly models: Session.IModel[] = [];
  readonly connections: { path: string }[] = [];

  async refreshRunning(): Promise<void> {
    return undefined;
  }
  running(): Session.IModel[] {
    return this.models;
  }
  async findById(id: string): Promise<Session.IModel | undefined> {
    return this.models.find(each => each.id === id);
  }
  async startNew(): Promise<never> {
    throw new Error('JupyterLab would start it at the live path.');
  }
  connectTo({ model }: { model: Session.IModel }) {
    const { models } = this;
    const signal = () => new Signal<object, unknown>({});
    const disposed = new Signal<object, void>({});
    const connection = {
      ...model,
      disposed,
      propertyChanged: signal(),
      kernelChanged: signal(),
      statusChanged: signal(),
      connectionStatusChanged: signal(),
      pendingInput: signal(),
      iopubMessage: signal(),
      unhandledMessage: signal(),
      setPath: async (path: string) => void (connection.path = path),
      setName: async () => undefined,
      shutdown: async () => {
        models.splice(0);
        disposed.emit();
      },
      dispose: () => undefined
    };
    this.connections.push(connection);
    return connection;
  }
}

describe("JupyterLab's own session of a live panel", () => {
  it('is always the one that our server has started', async () => {
    const sessions = new FakeSessions();
    const session = new SessionContext({
      sessionManager: sessions as unknown as Session.IManager,
      specsManager: {
        ready: Promise.resolve(),
        specs: null,
        specsChanged: new Signal({})
      } as never,
      kernelManager: {} as never,
      path: LIVE_PATH,
      name: 'demo.ipynb',
      type: 'notebook'
    });
    let started = 0;
    tieKernel({
      context: {
        path: LIVE_PATH,
        model: { defaultKernelName: 'python3' },
        sessionContext: session
      } as never,
      entry: Promise.resolve({
        info: { ...INFO, role: 'owner', path: FILE, server: '' }
      } as unknown as ILiveEntry),
      settings: ServerConnection.makeSettings({
        baseUrl: 'http://localhost/user/ada/',
        fetch: async () => {
          const id = `s${++started}`;
          const kernel = { id: `k${started}`, name: 'python3' };
          const named = { name: 'demo.ipynb', type: 'notebook' };
          sessions.models.push({ id, path: LIVE_PATH, kernel, ...named });
          return Response.json({
            sessionId: id,
            kernelId: kernel.id,
            kernelName: kernel.name
          });
        }
      }),
      trans: nullTranslator.load('')
    });
    await session.initialize();
    expect(session.session).toMatchObject({ id: 's1', path: LIVE_PATH });
    await session.shutdown();
    expect(session.session).toBeNull();
    await session.changeKernel({ name: 'python3' });
    expect(session.session).toMatchObject({ id: 's2', path: LIVE_PATH });
    await session.changeKernel({ name: 'python3' });
    expect(session.session).toMatchObject({ id: 's3', path: LIVE_PATH });
    expect(sessions.models.map(each => each.id)).toEqual(['s3']);
    expect(session.path).toBe(LIVE_PATH);
    session.dispose();
  });
});
