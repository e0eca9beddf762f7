import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { IStatusBar } from '@jupyterlab/statusbar';
import { CommandRegistry } from '@lumino/commands';
import { MessageLoop } from '@lumino/messaging';
import { StackedPanel, Widget } from '@lumino/widgets';
import { errors, type UsageSample } from '@jupyterlab-commons/protocol';
import gpuPlugins from '../../gpu/plugin';
import usagePlugins from '../../usage/plugin';
import { gpuIcon } from '../../ui/icons';
import { LazySidebar } from '../../ui/lazy-sidebar';
import { trans } from '../ui/fakes';
import { FakeLab } from '../ui/fake-app';
import { FakeSettings, FakeUsage, settle } from './fake-usage';
import { sampleWith } from './panel-fixtures';

jest.mock('../../usage/panel', () => {
  const { Widget: Base } = jest.requireActual('@lumino/widgets');
  return { ResourcesPanel: class extends Base {} };
});
jest.mock('../../gpu/panel', () => {
  const { Widget: Base } = jest.requireActual('@lumino/widgets');
  return { GpuPanel: class extends Base {} };
});

const GIB = 1024 ** 3;

const calm = (change: Partial<UsageSample> = {}): UsageSample =>
  sampleWith({
    memory: { used: GIB, limit: 4 * GIB },
    disk: undefined,
    gpus: {},
    incidents: {},
    problems: [],
    ...change
  });

/** JupyterLab's right side: tabs of which one is shown. */
class Page {
  readonly commands = new CommandRegistry();
  readonly side = new StackedPanel();
  readonly usage = new FakeUsage();
  readonly settings = new FakeSettings();
  readonly items: IStatusBar.IItem[] = [];
  readonly restored: Widget[] = [];
  comeUp!: () => void;

  constructor() {
    Widget.attach(this.side, document.body);
  }

  get app(): JupyterFrontEnd {
    const ready = new Promise<void>(resolve => (this.comeUp = resolve));
    return {
      commands: this.commands,
      restored: ready,
      shell: {
        add: (widget: Widget) => {
          widget.hide();
          this.side.addWidget(widget);
        },
        activateById: (id: string) => this.show(id),
        widgets: () => [][Symbol.iterator]()
      }
    } as unknown as JupyterFrontEnd;
  }

  get tabs(): string[] {
    return this.side.widgets.map(each => each.id);
  }

  show(id: string | null): void {
    for (const each of this.side.widgets) {
      each.setHidden(each.id !== id);
    }
    MessageLoop.flush();
  }

  /** `lab`: with status bar and restorer; else as in Notebook 7. */
  start({ lab = true } = {}): void {
    const { app, usage } = this;
    const restorer = lab
      ? { add: (widget: Widget) => this.restored.push(widget) }
      : null;
    const statusBar = lab
      ? {
          registerStatusItem: (_: string, item: IStatusBar.IItem) =>
            this.items.push(item)
        }
      : null;
    const { registry } = this.settings;
    const manager = new FakeLab().manager;
    const [usagePlugin] = usagePlugins;
    const [gpuPlugin] = gpuPlugins;
    void usagePlugin!.activate(
      app,
      usage,
      manager,
      restorer,
      statusBar,
      lab ? registry : null,
      null,
      null,
      null
    );
    void gpuPlugin!.activate(app, usage, restorer, null, null);
  }
}

let page: Page;

beforeEach(() => {
  page = new Page();
});

afterEach(() => {
  page.side.dispose();
  Notification.dismiss();
});

describe('The panel of resources', () => {
  it('has its tab from the start, and is restored', () => {
    page.start();
    expect(page.tabs).toEqual(['jp-commons-resources']);
    expect(page.restored.map(each => each.id)).toContain(
      'jp-commons-resources'
    );
  });

  it('is loaded when it is shown, and looks only while it is', async () => {
    page.start();
    const [sidebar] = page.side.widgets;
    expect(page.usage.looking).toEqual([]);
    await page.commands.execute('commons:show-resources');
    await settle();
    expect([...sidebar!.children()].length).toBe(1);
    expect(page.usage.looking).toEqual(['panel']);
    page.show(null);
    expect(page.usage.looking).toEqual([]);
    page.show(sidebar!.id);
    await settle();
    expect([...sidebar!.children()].length).toBe(1);
    expect(page.usage.looking).toEqual(['panel']);
    sidebar!.dispose();
    expect(page.usage.looking).toEqual([]);
  });
});

describe('A page whose files were replaced by an update', () => {
  it('says to reload it, and tries again when the panel is shown again', async () => {
    const shout = jest.spyOn(console, 'error').mockImplementation(() => {});
    let tries = 0;
    const sidebar = new LazySidebar({
      id: 'some-panel',
      label: 'Some panel',
      icon: gpuIcon,
      trans,
      load: async () => {
        if (++tries === 1) {
          throw new Error('Loading chunk 7 failed.');
        }
        return new Widget();
      }
    });
    sidebar.hide();
    page.side.addWidget(sidebar);
    page.show(sidebar.id);
    await settle();
    expect(
      Notification.manager.notifications.map(each => each.message)
    ).toEqual([errors.PAGE_TOO_OLD.text]);
    expect(shout).toHaveBeenCalled();
    shout.mockRestore();
    page.show(null);
    page.show(sidebar.id);
    await settle();
    expect([...sidebar.children()].length).toBe(1);
  });
});

describe('The panel of GPUs', () => {
  const GPUS = sampleWith().gpus;

  it('has no tab before a GPU, or trouble with one, is reported', () => {
    page.start();
    page.usage.say(calm());
    expect(page.tabs).not.toContain('jp-commons-gpus');
    page.usage.say(calm({ problems: ['GPU_DRIVER_MISSING'] }));
    page.usage.say(calm({ gpus: GPUS }));
    expect(page.tabs).toEqual(['jp-commons-resources', 'jp-commons-gpus']);
  });

  it('comes with its command also where there is none, and stays', async () => {
    page.start();
    await page.commands.execute('commons:show-gpus');
    expect(page.usage.looking).toEqual(['panel']);
    page.show(null);
    page.usage.say(calm());
    expect(page.tabs).toContain('jp-commons-gpus');
  });

  it('is known to the layout before it is restored, and goes when it was restored for nothing', () => {
    page.start();
    const sidebar = page.restored.find(each => each.id === 'jp-commons-gpus')!;
    sidebar.hide();
    page.side.addWidget(sidebar);
    page.show(sidebar.id);
    page.usage.say(calm());
    expect(page.tabs).toContain('jp-commons-gpus');
    page.show(null);
    page.usage.say(calm());
    expect(page.tabs).not.toContain('jp-commons-gpus');
    expect(sidebar.isDisposed).toBe(false);
  });
});

describe('What is there when the page has come up', () => {
  it('is nothing before', async () => {
    page.start();
    await settle();
    expect(page.items).toEqual([]);
    expect(page.usage.looking).toEqual([]);
  });

  it('is an item in the status bar, which looks rarely', async () => {
    page.start();
    page.comeUp();
    await settle();
    expect(page.usage.looking).toEqual(['status']);
    const [item] = page.items;
    expect(item!.isActive!()).toBe(false);
    page.usage.say(calm());
    expect(item!.isActive!()).toBe(true);
  });

  it('looks no more when nothing is wanted of it', async () => {
    page.start();
    page.comeUp();
    await settle();
    const nothing = { showMemory: false, showCpu: false, showGpu: false };
    page.settings.change({ ...nothing, showNotifications: false });
    expect(page.usage.looking).toEqual([]);
    page.settings.change(nothing);
    expect(page.usage.looking).toEqual(['status']);
  });

  it('warns also where there is no status bar, no restorer and no settings', async () => {
    page.start({ lab: false });
    page.comeUp();
    await settle();
    expect(page.usage.looking).toEqual(['status']);
    page.usage.say(calm({ memory: { used: 3.9 * GIB, limit: 4 * GIB } }));
    await settle();
    expect(Notification.manager.count).toBe(1);
  });

  it('says nothing while all is well', async () => {
    page.start();
    page.comeUp();
    await settle();
    page.usage.say(calm());
    await settle();
    expect(Notification.manager.count).toBe(0);
  });
});
