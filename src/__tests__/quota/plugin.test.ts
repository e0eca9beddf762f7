import { LayoutRestorer, type JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { StateDB } from '@jupyterlab/statedb';
import { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';
import type { IResources } from '../../tokens';
import plugins from '../../quota/plugin';
import { FakeLab } from '../ui/fake-app';
import { FakeLive } from '../ui/fakes';
import { FakeIntersection, FakeQuota, allowance, settle } from './fake-quota';

Object.assign(window, { IntersectionObserver: FakeIntersection });

/** A shell whose main area has room for everything, or, as in Notebook 7, for one document. */
class Shell {
  readonly areas: [string, string][] = [];
  readonly activated: string[] = [];
  readonly opened: Widget[] = [];
  constructor(private readonly _hasRoom: boolean) {}

  add(widget: Widget, area: string): void {
    this.areas.push([widget.id, area]);
    if (this._hasRoom || area !== 'main') {
      Widget.attach(widget, document.body);
      this.opened.push(widget);
      Object.defineProperty(widget, 'parent', {
        value: new Widget(),
        writable: true
      });
    }
  }
  activateById(id: string): void {
    this.activated.push(id);
  }
  widgets = () => [][Symbol.iterator]();
}

type Options = {
  hasRoom?: boolean;
  companion?: FakeQuota;
  /** What JupyterLab remembers from one reload to the next. */
  state?: StateDB;
};

function start(options: Options = {}) {
  const { hasRoom = true, companion = new FakeQuota() } = options;
  const commands = new CommandRegistry();
  const shell = new Shell(hasRoom);
  const sections: IResources['sections'] = [];
  const restorer = new LayoutRestorer({
    connector: options.state ?? new StateDB(),
    first: Promise.resolve(),
    registry: commands
  });
  void plugins[0]!.activate(
    { commands, shell } as unknown as JupyterFrontEnd,
    companion,
    { sections },
    new FakeLab().manager,
    new FakeLive(),
    // Notebook 7 has none.
    hasRoom ? restorer : null,
    null,
    null
  );
  return { commands, shell, sections, companion, restorer };
}

afterEach(() => {
  document.body.replaceChildren();
  Notification.dismiss();
  localStorage.clear();
});

describe('The plugin of quota', () => {
  it('asks nothing and shows nothing by itself', async () => {
    const { companion, shell } = start();
    await settle();
    expect(companion.asked).toBe(0);
    expect(shell.areas).toEqual([]);
  });

  it('shows one page, however often it is asked for', async () => {
    const { commands, shell } = start();
    await commands.execute('commons:quota');
    await commands.execute('commons:quota');
    expect(shell.areas).toEqual([['jp-commons-quota', 'main']]);
    expect(shell.activated).toEqual(['jp-commons-quota', 'jp-commons-quota']);
  });

  it('shows the page beside the document where there is room for one only', async () => {
    const { commands, shell } = start({ hasRoom: false });
    await commands.execute('commons:quota');
    expect(shell.areas).toEqual([
      ['jp-commons-quota', 'main'],
      ['jp-commons-quota', 'right']
    ]);
  });

  it('brings the page back after a reload, and no page that was closed', async () => {
    const state = new StateDB();
    const before = start({ state });
    await before.restorer.restored;
    expect(before.shell.areas).toEqual([]);
    await before.commands.execute('commons:quota');
    document.body.replaceChildren();
    const after = start({ state });
    await after.restorer.restored;
    expect(after.shell.areas).toEqual([['jp-commons-quota', 'main']]);
    after.shell.opened[0]!.dispose();
    await settle();
    const later = start({ state });
    await later.restorer.restored;
    expect(later.shell.areas).toEqual([]);
  });

  it('has no command where there is no companion', () => {
    const companion = new FakeQuota({ kind: 'absent', reason: 'None.' });
    const { commands } = start({ companion });
    expect(commands.isVisible('commons:quota')).toBe(false);
  });

  it('brings its part of the panel of resources', async () => {
    const { sections } = start();
    expect(sections.length).toBe(1);
    expect(await sections[0]!()).toBeInstanceOf(Function);
  });

  it('tells what the companion says, from the first word on', async () => {
    const { companion } = start();
    companion.say({
      kind: 'notice',
      key: 'k',
      allowance: allowance({ used: 45 })
    });
    for (let turn = 0; Notification.manager.count === 0; turn++) {
      expect(turn).toBeLessThan(5000);
      await new Promise(resolve => setTimeout(resolve, 1));
    }
    expect(Notification.manager.notifications[0]!.message).toContain('90%');
  });

  it('passes over events of other kinds', async () => {
    const { companion } = start();
    companion.events.emit({ type: 'hello' });
    await settle();
    expect(companion.asked).toBe(0);
  });
});
