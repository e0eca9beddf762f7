import { Dialog, Notification } from '@jupyterlab/apputils';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { waitFor } from '@testing-library/dom';
import { addUsageCommands } from '../../usage/commands';
import { HOSTILE, trans } from '../ui/fakes';
import { FakeLab } from '../ui/fake-app';
import { FakeUsage } from './fake-usage';
import { KERNEL, sampleWith } from './panel-fixtures';

type Session = {
  id: string;
  path: string;
  type: string;
  kernel: { id: string; name: string };
};

/** JupyterLab's managers in memory; what was done to them stands in `did`. */
class FakeServices {
  readonly did: string[] = [];
  kernels = [{ id: KERNEL, name: 'python3' }];
  sessions: Session[] = [
    {
      id: 's1',
      path: 'work/analysis.ipynb',
      type: 'notebook',
      kernel: this.kernels[0]!
    }
  ];
  terminals = [{ name: '1' }];
  refusal: Error | null = null;

  connection(name: string, id = KERNEL) {
    const act = (verb: string) => async () => {
      this._do(`${verb} by ${name}`);
    };
    return {
      id,
      interrupt: act('interrupt'),
      restart: act('restart'),
      dispose: () => this.did.push(`close ${name}`)
    };
  }

  get manager(): unknown {
    const refreshRunning = async () => undefined;
    return {
      kernels: {
        refreshRunning,
        running: () => this.kernels.values(),
        connectTo: () => this.connection('own connection'),
        shutdown: async (id: string) => this._do(`end kernel ${id}`)
      },
      sessions: {
        refreshRunning,
        running: () => this.sessions.values(),
        shutdown: async (id: string) => this._do(`end session ${id}`)
      },
      terminals: {
        refreshRunning,
        running: () => this.terminals.values(),
        shutdown: async (name: string) => this._do(`end terminal ${name}`)
      }
    };
  }

  private _do(what: string): void {
    if (this.refusal !== null) {
      throw this.refusal;
    }
    this.did.push(what);
  }
}

function setup() {
  const lab = new FakeLab();
  const services = new FakeServices();
  const usage = new FakeUsage();
  usage.say(sampleWith());
  const open = jest.fn();
  const app = {
    commands: lab.commands,
    shell: lab.app.shell,
    serviceManager: services.manager
  } as unknown as JupyterFrontEnd;
  addUsageCommands({ app, usage, manager: lab.manager, trans, open });
  const run = (command: string, key = KERNEL) =>
    lab.commands.execute(`commons:${command}`, { key });
  return { lab, services, usage, open, run };
}

/** Presses a button of the next dialog; answers what it asked. */
async function answer(label: string): Promise<string> {
  const dialog = await new Promise<Dialog<unknown>>(resolve => {
    Dialog.tracker.widgetAdded.connect(function once(_, added) {
      Dialog.tracker.widgetAdded.disconnect(once);
      resolve(added);
    });
  });
  await dialog.ready;
  // The title is drawn after the rest.
  const title = '.jp-Dialog-header';
  await waitFor(() =>
    expect(dialog.node.querySelector(title)?.textContent).toBeTruthy()
  );
  const asked = dialog.node.textContent ?? '';
  [...dialog.node.querySelectorAll('button')]
    .find(each => each.textContent === label)!
    .click();
  return asked;
}

const texts = () =>
  Notification.manager.notifications.map(each => each.message);

afterEach(() => Notification.dismiss());

describe('Open', () => {
  it('shows the notebook under the path that its session has now', async () => {
    const { lab, services, run } = setup();
    services.sessions[0]!.path = 'work/renamed.ipynb';
    await run('open-consumer');
    expect(lab.opened).toEqual(['work/renamed.ipynb']);
  });

  it('shows a live document in its drive', async () => {
    const { lab, services, run } = setup();
    services.sessions[0]!.path = 'live:abc/analysis.ipynb';
    await run('open-consumer');
    expect(lab.opened).toEqual(['live:abc/analysis.ipynb']);
  });

  it('falls back on the path that the server named', async () => {
    const { lab, services, run } = setup();
    services.sessions = [];
    await run('open-consumer');
    expect(lab.opened).toEqual(['work/analysis.ipynb']);
  });

  it.each([
    ['console', KERNEL, 'console:open', { path: 'work/analysis.ipynb' }],
    ['terminal', 'terminal:1', 'terminal:open', { name: '1' }]
  ])('shows a %s with its own command', async (type, key, command, args) => {
    const { lab, services, run } = setup();
    services.sessions[0]!.type = type;
    const execute = jest.fn();
    lab.commands.addCommand(command, { execute });
    await run('open-consumer', key);
    expect(execute).toHaveBeenCalledWith(expect.objectContaining(args));
    expect(lab.opened).toEqual([]);
  });

  it('says so where there is no such command', async () => {
    const { run } = setup();
    await run('open-consumer', 'terminal:1');
    expect(texts()).toEqual(['Terminal 1 cannot be opened here.']);
  });
});

describe('Interrupt and restart', () => {
  it('go through the open notebook, which hears of it', async () => {
    const { lab, services, run } = setup();
    const panel = lab.addPanel({ path: 'work/analysis.ipynb' });
    Object.assign(lab.contextOf(panel).sessionContext, {
      session: { kernel: services.connection('the notebook') }
    });
    await run('interrupt-kernel');
    expect(services.did).toEqual(['interrupt by the notebook']);
  });

  it('go through a connection of our own where nothing is open, and close it', async () => {
    const { services, run } = setup();
    await run('interrupt-kernel');
    const restarted = run('restart-kernel');
    const asked = await answer('Restart');
    await restarted;
    expect(asked).toContain('Restart the kernel of analysis.ipynb?');
    expect(asked).toContain('All its variables are lost');
    expect(services.did).toEqual([
      'interrupt by own connection',
      'close own connection',
      'restart by own connection',
      'close own connection'
    ]);
  });

  it('leave a terminal alone', async () => {
    const { services, run } = setup();
    await run('interrupt-kernel', 'terminal:1');
    await run('restart-kernel', 'terminal:1');
    expect(services.did).toEqual([]);
  });
});

describe('Shut down', () => {
  it.each([
    [KERNEL, 'Shut down analysis.ipynb?', 'All variables', 'end session s1'],
    ['terminal:1', 'Shut down Terminal 1?', 'What runs in it', 'end terminal 1']
  ])('%s asks first and says what is lost', async (key, title, loss, done) => {
    const { services, run } = setup();
    const ended = run('shut-down-consumer', key);
    const asked = await answer('Shut down');
    await ended;
    expect(asked).toContain(title);
    expect(asked).toContain(loss);
    expect(services.did).toEqual([done]);
  });

  it('ends a kernel that has no session', async () => {
    const { services, run } = setup();
    services.sessions = [];
    const ended = run('shut-down-consumer');
    await answer('Shut down');
    await ended;
    expect(services.did).toEqual([`end kernel ${KERNEL}`]);
  });

  it.each(['restart-kernel', 'shut-down-consumer'])(
    '%s: a no changes nothing',
    async command => {
      const { services, run } = setup();
      const ended = run(command);
      await answer('Cancel');
      await ended;
      expect(services.did).toEqual([]);
    }
  );
});

describe('All of them', () => {
  it('say so when it is not running any more', async () => {
    const { services, run } = setup();
    services.kernels = [];
    services.sessions = [];
    services.terminals = [];
    await run('open-consumer');
    await run('shut-down-consumer', 'terminal:1');
    await run('interrupt-kernel', 'undefined');
    expect(texts()).toEqual(Array(3).fill('It is not running any more.'));
    expect(services.did).toEqual([]);
  });

  it('tell a failure in words', async () => {
    const { services, run } = setup();
    services.refusal = new Error(`Kernel ${HOSTILE}`);
    await run('interrupt-kernel');
    expect(texts()[0]).toMatch(/^Kernel <img/);
    expect(texts()[0]).not.toMatch(/[\n\u202e]/);
  });

  it('name what they are about harmlessly', async () => {
    const { usage, run } = setup();
    const sample = sampleWith();
    sample.consumers[KERNEL]!.name = HOSTILE;
    usage.say(sample);
    const ended = run('restart-kernel');
    const asked = await answer('Cancel');
    await ended;
    expect(asked).not.toMatch(/[\n\u202e]/);
  });
});

it('the panel is shown by its command', async () => {
  const { lab, open } = setup();
  await lab.commands.execute('commons:show-resources');
  expect(open).toHaveBeenCalled();
});

it('every command says what it takes', async () => {
  const { lab } = setup();
  for (const command of lab.commands.listCommands()) {
    const { args } = await lab.commands.describedBy(command);
    expect(args).toMatchObject({ type: 'object' });
  }
});
