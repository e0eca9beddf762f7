import { Dialog, Notification } from '@jupyterlab/apputils';
import { YFile, YNotebook } from '@jupyter/ydoc';
import { Widget } from '@lumino/widgets';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { CommonsError } from '@jupyterlab-commons/protocol';
import { restoreFile, type RestoreParts } from '../../../git/diff/restore-file';
import {
  FakeDocuments,
  FakeEntry,
  FakeLive,
  documentInfo,
  trans
} from '../../ui/fakes';
import { BACKUP, FakeFiles, OLD } from './fake-files';

const PATH = 'work/analysis.ipynb';
const version = { repo: 'work', path: 'analysis.ipynb', rev: OLD };
const code = (id: string, source: string) => ({
  id,
  cell_type: 'code' as const,
  source,
  metadata: {},
  outputs: [],
  execution_count: null
});

class Scene {
  readonly files = new FakeFiles();
  readonly live = new FakeLive();
  readonly documents = new FakeDocuments();
  readonly said = this.files.said;
  readonly model = {
    dirty: false,
    sharedModel: YNotebook.create({
      disableDocumentWideUndoRedo: true,
      data: { cells: [code('a', 'now'), code('b', 'same')] }
    }) as YNotebook | YFile
  };
  readonly widget = new Widget();
  readonly context = {
    path: PATH,
    ready: Promise.resolve(),
    model: this.model,
    save: async () => {
      this.said.push('save');
      this.model.dirty = this.cannotSave;
    },
    revert: async () => void this.said.push('revert')
  };
  cannotSave = false;
  isOpen = true;

  get parts(): RestoreParts {
    const open = () => (this.isOpen ? [this.widget] : []);
    return {
      app: { shell: { widgets: () => open()[Symbol.iterator]() } },
      manager: {
        contextForWidget: (widget: Widget) =>
          widget === this.widget ? this.context : undefined,
        openOrReveal: () => this.widget
      },
      live: this.live,
      documents: this.documents,
      files: this.files,
      trans
    } as unknown as RestoreParts;
  }

  /** The file is shared, and its document is what opens. */
  share(): FakeEntry {
    const entry = new FakeEntry();
    this.documents.set([documentInfo({ path: PATH })]);
    this.context.path = 'live:id/analysis.ipynb';
    this.live.byPath.set(this.context.path, entry);
    this.live.open = async () => this.widget as never;
    return entry;
  }
}

/** Answers the question that is asked. */
async function answer(button: 'Restore' | 'Cancel'): Promise<string> {
  let dialog: HTMLElement | null = null;
  for (let turn = 0; dialog === null && turn < 50; turn++) {
    await new Promise(resolve => setTimeout(resolve, 0));
    dialog = document.querySelector('.jp-Dialog');
  }
  const words = dialog?.textContent ?? '';
  const found = [...dialog!.querySelectorAll('button')].find(
    each => each.textContent === button
  );
  found!.click();
  return words;
}

const undo = async (): Promise<void> => {
  const note = Notification.manager.notifications.at(-1)!;
  note.options.actions![0]!.callback(new MouseEvent('click'));
  await new Promise(resolve => setTimeout(resolve, 0));
};

const sources = ({ sharedModel }: Scene['model']) =>
  (sharedModel as YNotebook).cells.map(cell => cell.getSource());

let scene: Scene;
beforeEach(() => (scene = new Scene()));
afterEach(() => {
  scene.model.sharedModel.dispose();
  Dialog.flush();
  Notification.dismiss();
});

describe('Restoring a file', () => {
  it('asks first, says what becomes of the present content, and does nothing without a yes', async () => {
    const done = restoreFile(version, scene.parts);
    expect(await answer('Cancel')).toContain('kept as a checkpoint');
    expect(await done).toBe(false);
    expect(scene.said).toEqual([]);
  });

  it('saves what was typed before, and shows the file again', async () => {
    scene.model.dirty = true;
    const done = restoreFile(version, scene.parts);
    await answer('Restore');
    expect(await done).toBe(true);
    expect(scene.said).toEqual([
      'save',
      'restore analysis.ipynb aaaaaaa',
      'revert'
    ]);
  });

  it('does nothing where what was typed cannot be saved', async () => {
    scene.model.dirty = true;
    scene.cannotSave = true;
    const done = restoreFile(version, scene.parts);
    await answer('Restore');
    await expect(done).rejects.toThrow(/could not be saved|Git refuses/);
    expect(scene.said).toEqual(['save']);
  });

  it('can be undone through what was kept', async () => {
    scene.isOpen = false;
    const done = restoreFile(version, scene.parts);
    await answer('Restore');
    await done;
    await undo();
    expect(scene.said).toEqual([
      'restore analysis.ipynb aaaaaaa',
      `restore analysis.ipynb ${BACKUP.slice(0, 7)}`
    ]);
  });

  it('without a companion that answers is that of a plain file', async () => {
    scene.documents.set(null);
    scene.documents.refresh = async () => {
      throw new CommonsError('HUB_ABSENT');
    };
    const done = restoreFile(version, scene.parts);
    await answer('Restore');
    await done;
    expect(scene.said).toEqual(['restore analysis.ipynb aaaaaaa', 'revert']);
  });
});

describe('Restoring a file that is shared', () => {
  it('never swaps it: its cells become what they were, after a checkpoint', async () => {
    scene.share();
    scene.files.cells = [code('a', 'then'), code('b', 'same')];
    const shared = scene.model.sharedModel as YNotebook;
    const same = shared.cells[1];
    const done = restoreFile(version, scene.parts);
    await answer('Restore');
    await done;
    expect(scene.said).toEqual([
      'blob aaaaaaa',
      'save',
      'checkpoint analysis.ipynb'
    ]);
    expect(sources(scene.model)).toEqual(['then', 'same']);
    expect(shared.cells[1]).toBe(same);
  });

  it('changes nothing when no checkpoint can be made', async () => {
    scene.share();
    scene.files.cells = [code('a', 'then')];
    const checkpoint = jest
      .spyOn(scene.files, 'checkpoint')
      .mockRejectedValue(new CommonsError('GIT_BUSY'));
    const done = restoreFile(version, scene.parts);
    await answer('Restore');
    await expect(done).rejects.toThrow();
    expect(checkpoint).toHaveBeenCalled();
    expect(sources(scene.model)).toEqual(['now', 'same']);
  });

  it('changes nothing where the document takes no edits', async () => {
    const entry = scene.share();
    entry.saveState = {
      kind: 'readonly',
      error: new CommonsError('STORE_BUSY')
    };
    const done = restoreFile(version, scene.parts);
    await answer('Restore');
    await expect(done).rejects.toMatchObject({ code: 'STORE_BUSY' });
    expect(sources(scene.model)).toEqual(['now', 'same']);
  });

  it('tells everybody who has it open', async () => {
    const entry = scene.share();
    entry.awareness = new Awareness(new Y.Doc());
    scene.files.cells = [code('a', 'then')];
    const done = restoreFile(version, scene.parts);
    await answer('Restore');
    await done;
    expect(entry.awareness.getLocalState()?.['commons:restored']).toMatchObject(
      { from: 'aaaaaaa' }
    );
  });

  it('replaces of a text only what differs', async () => {
    scene.share();
    const file = new YFile();
    file.setSource('one\ntwo\nthree');
    scene.model.sharedModel = file;
    scene.files.blobs = { format: 'text', content: 'one\nTWO\nthree' };
    const changes: unknown[] = [];
    file.changed.connect((_, change) => changes.push(change.sourceChange));
    const done = restoreFile(version, scene.parts);
    await answer('Restore');
    await done;
    expect(file.getSource()).toBe('one\nTWO\nthree');
    expect(changes).toContainEqual([
      { retain: 4 },
      { insert: 'TWO' },
      { delete: 3 }
    ]);
  });
});
