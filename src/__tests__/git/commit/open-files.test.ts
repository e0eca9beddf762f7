import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { Widget } from '@lumino/widgets';
import { OpenDocuments } from '../../../git/commit/open-files';
import { documentInfo, FakeEntry, FakeLive } from '../../ui/fakes';

type Model = { dirty: boolean };

/** A main area with documents, and their files on the disk. */
class FakeDesk {
  readonly live = new FakeLive();
  readonly said: string[] = [];
  private readonly _contexts = new Map<Widget, object>();
  private readonly _times: Record<string, string> = {};

  readonly open = new OpenDocuments({
    app: {
      shell: { widgets: () => this._contexts.keys() },
      serviceManager: {
        contents: {
          driveName: (path: string) => (path.includes(':') ? 'live' : ''),
          localPath: (path: string) => path,
          get: async (path: string) => {
            const last_modified = this._times[path];
            if (last_modified === undefined) {
              throw new Error('gone');
            }
            return { last_modified };
          }
        }
      }
    } as unknown as JupyterFrontEnd,
    manager: {
      contextForWidget: (widget: Widget) => this._contexts.get(widget)
    } as unknown as IDocumentManager,
    live: this.live
  });

  /** `now` is when its file was written; without it, the file is gone. */
  add(path: string, model: Model, now: string | undefined = 'then'): void {
    if (now !== undefined) {
      this._times[path] = now;
    }
    this._contexts.set(new Widget(), {
      path,
      model,
      contentsModel: { last_modified: 'then' },
      save: async () => {
        this.said.push(`save ${path}`);
        model.dirty = false;
      },
      revert: async () => void this.said.push(`revert ${path}`)
    });
  }
}

describe('Before something is staged', () => {
  it('what was typed in it is saved, in no other file', async () => {
    const desk = new FakeDesk();
    desk.add('work/a.py', { dirty: true });
    desk.add('work/b.py', { dirty: true });
    desk.add('work/new/c.py', { dirty: true });
    desk.add('work/clean.py', { dirty: false });
    await desk.open.save('work', ['a.py', 'new/', 'clean.py']);
    expect(desk.said).toEqual(['save work/a.py', 'save work/new/c.py']);
  });

  it('the file of a live notebook has caught up', async () => {
    const desk = new FakeDesk();
    const entry = new FakeEntry();
    const status = { writable: true, reason: null, fileDetail: null };
    entry.set({ status: { ...status, fileState: 'behind', behind: 2 } });
    desk.live.add('live:1/analysis.ipynb', entry);
    desk.add('live:1/analysis.ipynb', { dirty: false });
    let isDone = false;
    const saved = desk.open
      .save('work', ['analysis.ipynb'])
      .then(() => (isDone = true));
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(desk.said).toEqual(['save live:1/analysis.ipynb']);
    expect(isDone).toBe(false);
    entry.set({ status: { ...status, fileState: 'saved', behind: 0 } });
    await saved;
  });

  it('a live document of somebody else is left alone', async () => {
    const desk = new FakeDesk();
    const info = documentInfo({ role: 'edit', path: 'work/analysis.ipynb' });
    desk.live.add('live:1/analysis.ipynb', new FakeEntry({ info }));
    desk.add('live:1/analysis.ipynb', { dirty: true });
    await desk.open.save('work', ['analysis.ipynb']);
    expect(desk.said).toEqual([]);
  });
});

describe('After git has written files', () => {
  it('open ones are read again, but never over what was typed', async () => {
    const desk = new FakeDesk();
    desk.add('work/a.py', { dirty: false }, 'now');
    desk.add('work/b.py', { dirty: true }, 'now');
    desk.add('work/same.py', { dirty: false });
    desk.add('elsewhere/c.py', { dirty: false }, 'now');
    desk.add('work/gone.py', { dirty: false }, undefined);
    expect(await desk.open.reload('work')).toEqual(['work/b.py']);
    expect(desk.said).toEqual(['revert work/a.py']);
  });

  it('those of a repository in the home folder are found', async () => {
    const desk = new FakeDesk();
    desk.add('a.py', { dirty: false }, 'now');
    await desk.open.reload('');
    expect(desk.said).toEqual(['revert a.py']);
  });
});
