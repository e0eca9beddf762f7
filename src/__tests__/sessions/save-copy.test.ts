import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import { fileName, saveCopy } from '../../sessions/save-copy';

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

const model = {
  toJSON: () => ({ cells: [], metadata: {} }),
  toString: () => 'text'
} as unknown as DocumentRegistry.IModel;

const notebook = (name: string) => ({ name, type: 'notebook' as const });

describe('A copy in my files', () => {
  it('is written beside what is there, never over it', async () => {
    const { contents, saved } = folder([
      'a.ipynb',
      'a-copy.ipynb',
      'a-copy2.ipynb'
    ]);
    const path = await saveCopy({
      contents,
      model,
      document: notebook('a.ipynb'),
      folder: 'mine'
    });
    expect(path).toBe('mine/a-copy3.ipynb');
    expect(saved).toEqual([
      {
        path,
        options: {
          type: 'notebook',
          format: 'json',
          content: { cells: [], metadata: {} }
        }
      }
    ]);
  });

  it('a text is written as text, at the root too', async () => {
    const { contents, saved } = folder([]);
    await saveCopy({
      contents,
      model,
      document: { name: 'notes.md', type: 'text' },
      folder: ''
    });
    expect(saved[0]).toEqual({
      path: 'notes-copy.md',
      options: { type: 'file', format: 'text', content: 'text' }
    });
  });

  it.each([
    ['../../.bashrc', 'text', '_.._.bashrc'],
    ['a/b\\c:d.ipynb', 'notebook', 'a_b_c_d.ipynb'],
    ['...', 'notebook', 'untitled.ipynb'],
    ['no ending', 'notebook', 'no ending.ipynb'],
    ['line\nend.py', 'text', 'line_end.py']
  ] as const)(
    'the name %j, chosen by the owner, is one plain name',
    (name, type, plain) => {
      expect(fileName({ name, type })).toBe(plain);
    }
  );

  it('a long name is cut before its ending', () => {
    const name = fileName(notebook('x'.repeat(250) + '.ipynb'));
    expect(name.length).toBeLessThan(130);
    expect(name).toMatch(/\.ipynb$/);
  });
});
