import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type {
  IDefaultFileBrowser,
  IFileBrowserFactory
} from '@jupyterlab/filebrowser';
import { Signal } from '@lumino/signaling';
import { StackedPanel, Widget } from '@lumino/widgets';
import plugins from '../../git/plugin';
import { Follower } from '../../git/follow';
import type { Place } from '../../git/state';
import { documentInfo, FakeEntry, FakeLive } from '../ui/fakes';
import { FakeLab } from '../ui/fake-app';
import { settle } from './fake-git';

const wentTo = jest.fn();
jest.mock('../../git/history', () => {
  const { Widget: Base } = jest.requireActual('@lumino/widgets');
  return {
    createHistoryPanel: () =>
      Object.assign(new Base(), { goTo: (place: unknown) => wentTo(place) })
  };
});

/** A document that can be renamed and closed, as far as following asks. */
class FakeContext {
  readonly pathChanged = new Signal<this, string>(this);
  readonly disposed = new Signal<this, void>(this);
  isDisposed = false;
  constructor(public path: string) {}
  rename(path: string): void {
    this.path = path;
    this.pathChanged.emit(path);
  }
  close(): void {
    this.isDisposed = true;
    this.disposed.emit();
  }
}

/** A shell with one widget in front, and a file browser. */
class FakePage {
  readonly currentChanged = new Signal<this, void>(this);
  readonly live = new FakeLive();
  readonly places: (Place | null)[] = [];
  readonly model = { path: 'work', pathChanged: new Signal<object, void>({}) };
  currentWidget: Widget | null = null;
  private readonly _contexts = new Map<Widget, FakeContext>();

  follow(hasBrowser = true): Follower {
    const { contents } = new FakeLab().app.serviceManager;
    const manager = {
      contextForWidget: (widget: Widget) => this._contexts.get(widget),
      services: { contents }
    } as unknown as IDocumentManager;
    const browser = hasBrowser
      ? (this as unknown as IDefaultFileBrowser)
      : null;
    return new Follower(
      {
        shell: this as unknown as JupyterFrontEnd.IShell,
        manager,
        browser,
        live: this.live
      },
      place => this.places.push(place)
    );
  }

  /** Something comes to the front; without a path it is no document. */
  front(path?: string): FakeContext {
    const widget = new Widget();
    const context = new FakeContext(path ?? '');
    if (path !== undefined) {
      this._contexts.set(widget, context);
    }
    this.currentWidget = widget;
    this.currentChanged.emit();
    return context;
  }

  get at(): Place | null | undefined {
    return this.places.at(-1);
  }
}

describe('Following', () => {
  it('begins with the folder, and goes to the document in front, also when it is renamed', () => {
    const page = new FakePage();
    page.follow();
    expect(page.at).toEqual({ path: 'work', isFile: false });
    const context = page.front('work/a.py');
    expect(page.at).toEqual({ path: 'work/a.py', isFile: true });
    context.rename('work/b.py');
    expect(page.at).toEqual({ path: 'work/b.py', isFile: true });
  });

  it('stays with a document while a comparison of it is in front', () => {
    const page = new FakePage();
    page.follow();
    const context = page.front('a.py');
    page.front();
    expect(page.at).toEqual({ path: 'a.py', isFile: true });
    context.close();
    expect(page.at).toEqual({ path: 'work', isFile: false });
  });

  it('stays where it was sent when no document comes to the front, also after none', () => {
    const page = new FakePage();
    page.follow();
    expect(page.places).toEqual([{ path: 'work', isFile: false }]);
    // Somebody asks for the history of a path, then the launcher opens.
    page.front();
    expect(page.places.length).toBe(1);
    const context = page.front('a.py');
    page.front();
    context.close();
    page.front();
    expect(page.places.slice(1)).toEqual([
      { path: 'a.py', isFile: true },
      { path: 'work', isFile: false }
    ]);
  });

  it('goes with the file browser unless a document is in front', () => {
    const page = new FakePage();
    page.follow();
    page.front('a.py');
    page.model.path = 'other';
    page.model.pathChanged.emit();
    expect(page.at).toEqual({ path: 'a.py', isFile: true });
    page.front();
    page.model.pathChanged.emit();
    expect(page.at).toEqual({ path: 'other', isFile: false });
  });

  it('knows the file of a live document of its owner, and of nobody else', () => {
    const page = new FakePage();
    page.live.add('live:1/a.ipynb', new FakeEntry());
    const info = documentInfo({ role: 'edit', path: null, server: null });
    page.live.add('live:2/b.ipynb', new FakeEntry({ info }));
    page.follow();
    page.front('live:2/b.ipynb');
    expect(page.at).toEqual({ path: 'work', isFile: false });
    page.front('live:1/a.ipynb');
    expect(page.at).toEqual({ path: 'work/analysis.ipynb', isFile: true });
  });

  it('has nowhere to go without files, and ends when it is disposed', () => {
    const page = new FakePage();
    const follower = page.follow(false);
    expect(page.places).toEqual([null]);
    follower.dispose();
    page.front('a.py');
    expect(page.places).toEqual([null]);
  });
});

describe('The plugin', () => {
  const start = (items: object[] = []) => {
    const lab = new FakeLab();
    const side = new StackedPanel();
    Widget.attach(side, document.body);
    const { app } = lab;
    Object.assign(app.shell, {
      add: (widget: Widget) => {
        widget.hide();
        side.addWidget(widget);
      },
      activateById: () => side.widgets[0]!.show()
    });
    const browsers = {
      tracker: {
        currentWidget: { selectedItems: () => items[Symbol.iterator]() }
      }
    } as unknown as IFileBrowserFactory;
    // As in Notebook 7: without a restorer and a palette.
    void plugins[0]!.activate(
      app,
      lab.manager,
      null,
      null,
      browsers,
      null,
      null,
      null
    );
    return { lab, side };
  };

  beforeEach(() => wentTo.mockClear());

  it('loads nothing before its tab is shown', async () => {
    const { lab, side } = start();
    await settle();
    expect([...side.widgets[0]!.children()]).toEqual([]);
    await lab.commands.execute('commons:show-history');
    await settle();
    expect([...side.widgets[0]!.children()].length).toBe(1);
    expect(wentTo).toHaveBeenCalledWith(null);
  });

  it('shows the history of what is chosen in the file browser', async () => {
    const { lab } = start([{ path: 'work/a.py', type: 'file' }]);
    await lab.commands.execute('commons:show-history', { browser: true });
    await settle();
    expect(wentTo).toHaveBeenCalledWith({ path: 'work/a.py', isFile: true });
    await lab.commands.execute('commons:show-history', { path: 'b.py' });
    await settle();
    expect(wentTo).toHaveBeenLastCalledWith({ path: 'b.py', isFile: true });
  });

  it('offers it for one item of the own files only', () => {
    const isOffered = (items: object[]) =>
      start(items).lab.commands.isVisible('commons:show-history', {
        browser: true
      });
    expect(isOffered([{ path: 'a', type: 'directory' }])).toBe(true);
    expect(isOffered([])).toBe(false);
    expect(isOffered([{ path: 'a' }, { path: 'b' }])).toBe(false);
    expect(isOffered([{ path: 'live:1/a.ipynb' }])).toBe(false);
  });
});
