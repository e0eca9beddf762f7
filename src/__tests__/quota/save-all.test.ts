import { ServerConnection } from '@jupyterlab/services';
import { saveAll } from '../../quota/save-all';
import { FakeLab } from '../ui/fake-app';
import { FakeEntry, FakeLive, documentInfo, trans } from '../ui/fakes';

type Disk = { hash?: string; last_modified: string };
const OLD = '2026-03-10T11:00:00Z';
const NEW = '2026-03-10T11:30:00Z';

/** A lab with open documents, and what the disk says of them. */
class Desk {
  readonly lab = new FakeLab();
  readonly live = new FakeLive();
  readonly disk = new Map<string, Disk | Error>();

  open(
    path: string,
    facts: { dirty?: boolean; writable?: boolean; known?: Disk } = {}
  ) {
    const { dirty = true, writable = true, known } = facts;
    const panel = this.lab.addPanel({ path, dirty });
    const context = this.lab.contextOf(panel);
    const seen = known ?? { hash: 'a', last_modified: OLD };
    Object.assign(context, {
      contentsModel: { type: 'notebook', writable, ...seen },
      lastModifiedCheckMargin: 500
    });
    this.disk.set(path, seen);
    return context;
  }

  save(mayAsk = false) {
    const manager = Object.assign(this.lab.manager, {
      services: {
        contents: {
          get: async (path: string) => {
            const found = this.disk.get(path)!;
            if (found instanceof Error) {
              throw found;
            }
            return found;
          }
        }
      }
    });
    return saveAll(
      { app: this.lab.app, manager, live: this.live, trans },
      { mayAsk }
    );
  }
}

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});

const answer = (status: number) =>
  new ServerConnection.ResponseError(new Response(null, { status }));

describe('Saving everything', () => {
  it('saves what has edits, and nothing else', async () => {
    const one = desk.open('work/a.ipynb');
    const other = desk.open('b.txt');
    const clean = desk.open('c.txt', { dirty: false });
    expect(await desk.save()).toEqual({ saved: 2, failed: [] });
    expect(
      [one, other, clean].map(each => each.save.mock.calls.length)
    ).toEqual([1, 1, 0]);
  });

  it('names what is read-only', async () => {
    const { save } = desk.open('work/a.ipynb', { writable: false });
    expect(await desk.save()).toEqual({
      saved: 0,
      failed: [{ name: 'a.ipynb', reason: 'read-only' }]
    });
    expect(save).not.toHaveBeenCalled();
  });

  it('leaves and names what JupyterLab would ask about', async () => {
    const byHash = desk.open('a.ipynb');
    desk.disk.set('a.ipynb', { hash: 'b', last_modified: OLD });
    const byTime = desk.open('b.txt', { known: { last_modified: OLD } });
    desk.disk.set('b.txt', { last_modified: NEW });
    const { failed } = await desk.save();
    expect(failed.map(each => each.name)).toEqual(['a.ipynb', 'b.txt']);
    expect(failed[0]!.reason).toContain('changed on disk');
    expect(byHash.save).not.toHaveBeenCalled();
    expect(byTime.save).not.toHaveBeenCalled();
  });

  it('asks where the person is there to answer', async () => {
    const { save } = desk.open('a.ipynb');
    desk.disk.set('a.ipynb', { hash: 'b', last_modified: NEW });
    expect(await desk.save(true)).toEqual({ saved: 1, failed: [] });
    expect(save).toHaveBeenCalled();
  });

  it('takes what JupyterLab has saved meanwhile for saved', async () => {
    const context = desk.open('a.ipynb');
    desk.disk.set('a.ipynb', { hash: 'b', last_modified: NEW });
    const saving = desk.save();
    context.model.dirty = false;
    expect(await saving).toEqual({ saved: 1, failed: [] });
  });

  it('writes anew what is gone from the disk', async () => {
    const { save } = desk.open('a.ipynb');
    desk.disk.set('a.ipynb', answer(404));
    expect(await desk.save()).toEqual({ saved: 1, failed: [] });
    expect(save).toHaveBeenCalled();
  });

  it('names what failed, and saves the others all the same', async () => {
    desk.open('a.ipynb').save.mockRejectedValue(new Error('No space left'));
    desk.open('b.txt');
    desk.disk.set('c.txt', answer(500));
    desk.open('c.txt');
    desk.disk.set('c.txt', answer(500));
    const { saved, failed } = await desk.save();
    expect(saved).toBe(1);
    expect(failed).toEqual([
      { name: 'a.ipynb', reason: 'saving failed' },
      { name: 'c.txt', reason: 'saving failed' }
    ]);
  });

  it('does not wait for ever', async () => {
    jest.useFakeTimers();
    desk.open('a.ipynb').save.mockReturnValue(new Promise(() => {}));
    const saving = desk.save();
    await jest.advanceTimersByTimeAsync(20_000);
    expect((await saving).failed[0]!.reason).toBe('the server does not answer');
    jest.useRealTimers();
  });

  it('names a live document whose edits could not be sent', async () => {
    const info = documentInfo({ name: 'shared.ipynb' });
    const saveState = { kind: 'offline', kept: true } as const;
    desk.live.add('live:a', new FakeEntry({ info, saveState }));
    desk.live.add('live:b', new FakeEntry());
    const { failed } = await desk.save();
    expect(failed.map(each => each.name)).toEqual(['shared.ipynb']);
  });
});
