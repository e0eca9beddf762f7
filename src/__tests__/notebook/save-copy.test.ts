import { Notification } from '@jupyterlab/apputils';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import { addCopyCommand, SAVE_COPY } from '../../notebook/copy-command';
import { fileName, saveCopy } from '../../notebook/save-copy';
import { FakeLab } from '../ui/fake-app';
import { DOCUMENT_ID, FakeEntry, FakeLive, trans } from '../ui/fakes';
import { twoPages } from './two-pages';

type Saved = { path: string; options: unknown };

/** A folder with some files, and what is written into it. */
function folder(names: string[]) {
  const saved: Saved[] = [];
  const contents = {
    get: async () => ({ content: names.map(name => ({ name })) }),
    save: async (path: string, options: unknown) =>
      void saved.push({ path, options })
  } as unknown as Contents.IManager;
  return { contents, saved };
}

describe('A copy in my files', () => {
  it('is written beside what is there, never over it, and carries no trust', async () => {
    const { ada } = twoPages();
    ada.setTrusted(ada.cells[0]!, true);
    const { contents, saved } = folder([
      'a.ipynb',
      'a-copy.ipynb',
      'a-copy2.ipynb'
    ]);
    const path = await saveCopy({
      contents,
      document: ada,
      path: 'live:x/a.ipynb',
      folder: 'mine'
    });
    expect(path).toBe('mine/a-copy3.ipynb');
    expect(saved).toEqual([
      {
        path,
        options: {
          type: 'notebook',
          format: 'json',
          content: expect.objectContaining({ cells: expect.any(Array) })
        }
      }
    ]);
    expect(JSON.stringify(saved)).not.toContain('trusted');
  });

  it('a text is written as text, at the root too', async () => {
    const { contents, saved } = folder([]);
    await saveCopy({
      contents,
      document: { getSource: () => 'text' },
      path: 'live:x/notes.md',
      folder: ''
    });
    expect(saved[0]).toEqual({
      path: 'notes-copy.md',
      options: { type: 'file', format: 'text', content: 'text' }
    });
  });

  it.each([
    ['....bashrc', 'untitled.bashrc'],
    ['a\\c:d.ipynb', 'a_c_d.ipynb'],
    ['.ipynb', 'untitled.ipynb'],
    ['...', 'untitled'],
    ['no ending', 'no ending'],
    ['line\nend.py', 'line_end.py'],
    [
      'Dr. Who and the rest of the long sentence',
      'Dr. Who and the rest of the long sentence'
    ]
  ])('the name %j, chosen by the owner, is one plain name', (name, plain) => {
    expect(fileName(`live:x/${name}`)).toBe(plain);
  });

  it('a long name is cut before its ending', () => {
    const name = fileName(`live:x/${'x'.repeat(250)}.ipynb`);
    expect(name.length).toBeLessThan(130);
    expect(name).toMatch(/\.ipynb$/);
  });
});

describe('The command that saves a copy', () => {
  /** A page with one live document in a panel. */
  function page(panelPath = `live:${DOCUMENT_ID}/a.py`) {
    const lab = new FakeLab();
    const live = new FakeLive();
    live.byPath.set(panelPath, new FakeEntry());
    const panel = lab.addPanel({ path: panelPath });
    Object.assign(lab.contextOf(panel).model, {
      sharedModel: { getSource: () => 'print(1)' }
    });
    const { contents, saved } = folder(['a-copy.py']);
    const manager = Object.assign(lab.manager, {
      services: {
        contents: {
          ...contents,
          driveName: () => '',
          localPath: (path: string) => path
        }
      }
    });
    addCopyCommand({
      app: lab.app,
      live,
      manager,
      browser: { model: { path: 'mine' } } as IDefaultFileBrowser,
      trans
    });
    return { lab, saved, contents };
  }
  const messages = () =>
    Notification.manager.notifications.map(({ message }) => message);

  afterEach(() => Notification.dismiss());

  it.each([{}, { id: DOCUMENT_ID }])(
    'takes the current document or the one it is told: %j',
    async args => {
      const { lab, saved } = page();
      expect(lab.commands.isEnabled(SAVE_COPY, args)).toBe(true);
      await lab.commands.execute(SAVE_COPY, args);
      expect(saved.map(({ path }) => path)).toEqual(['mine/a-copy2.py']);
      expect(messages()).toEqual(['Saved as mine/a-copy2.py.']);
    }
  );

  it('is off for a plain file', () => {
    const { lab } = page('work/a.py');
    expect(lab.commands.isEnabled(SAVE_COPY)).toBe(false);
  });

  it('says why there is no copy', async () => {
    const { lab, saved } = page();
    lab.contextOf(lab.current!).model = { dirty: false };
    await lab.commands.execute(SAVE_COPY);
    expect(saved).toEqual([]);
    expect(messages()[0]).toContain('The copy was not saved');
  });
});
