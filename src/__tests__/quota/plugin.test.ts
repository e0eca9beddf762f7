import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
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
  constructor(private readonly _hasRoom: boolean) {}

  add(widget: Widget, area: string): void {
    this.areas.push([widget.id, area]);
    if (this._hasRoom || area !== 'main') {
      Widget.attach(widget, document.body);
      Object.defineProperty(widget, 'parent', { value: new Widget() });
    }
  }
  activateById(id: string): void {
    this.activated.push(id);
  }
  widgets = () => [][Symbol.iterator]();
}

function start(options: { hasRoom?: boolean; companion?: FakeQuota } = {}) {
  const { hasRoom = true, companion = new FakeQuota() } = options;
  const commands = new CommandRegistry();
  const shell = new Shell(hasRoom);
  const sections: IResources['sections'] = [];
  void plugins[0]!.activate(
    { commands, shell } as unknown as JupyterFrontEnd,
    companion,
    { sections },
    new FakeLab().manager,
    new FakeLive(),
    null,
    null
  );
  return { commands, shell, sections, companion };
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
