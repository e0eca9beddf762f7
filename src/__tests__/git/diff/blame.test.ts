import { Signal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';
import type { GitBlame } from '@jupyterlab-commons/protocol';
import { Blame, type BlameOptions } from '../../../git/diff/blame';
import { BlameIndex, blameWords } from '../../../git/diff/blame-model';
import { agoWords } from '../../../git/diff/version-words';
import type { GitChange } from '../../../client/git-watch';
import { HOSTILE, NOW, trans } from '../../ui/fakes';
import { FakeFiles } from './fake-files';

const DAY = 86_400_000;
const HASH = 'c'.repeat(40);
const commits: GitBlame['commits'] = {
  [HASH]: {
    author: { name: 'Ana', email: 'ana@example.org' },
    at: NOW - 21 * DAY,
    subject: 'Fix the plot'
  }
};

/** As much of a cell as the lines ask for. */
class FakeCell extends Widget {
  readonly inViewportChanged = new Signal<this, boolean>(this);
  readonly model: { id: string; contentChanged: Signal<unknown, void> };
  constructor(
    id: string,
    public inViewport = true
  ) {
    super();
    this.layout = new PanelLayout();
    const sender = { id };
    this.model = Object.assign(sender, {
      contentChanged: new Signal<unknown, void>(sender)
    });
  }
  type(): void {
    this.model.contentChanged.emit();
  }
  comeIntoView(): void {
    this.inViewport = true;
    this.inViewportChanged.emit(true);
  }
  get line(): string | undefined {
    return (
      this.node.querySelector('.jp-Commons-Blame')?.textContent ?? undefined
    );
  }
}

class Scene {
  readonly files = new FakeFiles();
  readonly cells = [
    new FakeCell('a'),
    new FakeCell('b'),
    new FakeCell('far', false)
  ];
  readonly panel = new Widget();
  readonly saveState = new Signal<unknown, string>({});
  readonly opened: number[] = [];
  readonly failures: unknown[] = [];
  hear: (changed: readonly GitChange[]) => void = () => undefined;
  watching = 0;

  constructor() {
    const cells = this.cells;
    this.files.blames = {
      kind: 'notebook',
      commits,
      cells: [
        { index: 0, id: 'a', source: HASH },
        { index: 1, id: 'b', source: null },
        { index: 2, id: 'far', source: HASH }
      ]
    };
    Object.assign(this.panel, {
      context: { saveState: this.saveState },
      content: {
        widgets: cells,
        model: {
          cells: { changed: new Signal({}) },
          sharedModel: {
            cells: cells.map(({ model }) => ({ getId: () => model.id }))
          }
        }
      }
    });
  }

  async start(): Promise<Blame> {
    const blame = new Blame({
      panel: this.panel as unknown as BlameOptions['panel'],
      path: 'work/a.ipynb',
      files: this.files,
      trans,
      watch: (_, hear) => {
        this.hear = hear;
        this.watching++;
        return {
          isDisposed: false,
          dispose: () => void this.watching--
        };
      },
      openHistory: index => this.opened.push(index),
      failed: error => this.failures.push(error),
      now: () => NOW
    });
    await settle();
    return blame;
  }
}

const settle = async () => {
  for (let turn = 0; turn < 10; turn++) {
    await Promise.resolve();
  }
};

describe('Who last changed a cell', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['queueMicrotask'] }));
  afterEach(() => jest.useRealTimers());

  it('stands at cells that are seen, and at others when they come into view', async () => {
    const scene = new Scene();
    await scene.start();
    expect(scene.cells.map(cell => cell.line)).toEqual([
      'Ana · 3 weeks ago · Fix the plot',
      'Not committed yet',
      undefined
    ]);
    scene.cells[2]!.comeIntoView();
    expect(scene.cells[2]!.line).toBe('Ana · 3 weeks ago · Fix the plot');
  });

  it('is not committed as soon as one types, without asking anybody', async () => {
    const scene = new Scene();
    await scene.start();
    const asked = scene.files.said.length;
    const [cell] = scene.cells;
    cell!.type();
    expect(cell!.line).toBe('Not committed yet');
    const drawn = jest.fn();
    const observer = new MutationObserver(drawn);
    observer.observe(cell!.node, {
      subtree: true,
      childList: true,
      characterData: true
    });
    for (let key = 0; key < 100; key++) {
      cell!.type();
    }
    await settle();
    expect(drawn).not.toHaveBeenCalled();
    expect(scene.files.said).toHaveLength(asked);
  });

  it('is asked for anew once for a save, and once for a commit', async () => {
    const scene = new Scene();
    await scene.start();
    const asks = () =>
      scene.files.said.filter(each => each.startsWith('blame')).length;
    expect(asks()).toBe(1);
    scene.saveState.emit('started');
    scene.saveState.emit('completed');
    scene.hear(['head']);
    scene.hear(['index']);
    jest.runAllTimers();
    await settle();
    expect(asks()).toBe(2);
    expect(scene.watching).toBe(1);
  });

  it('opens the past of the cell', async () => {
    const scene = new Scene();
    await scene.start();
    const button = scene.cells[1]!.node.querySelector('button')!;
    expect(button.parentElement!.dataset['lmSuppressShortcuts']).toBe('true');
    button.click();
    expect(scene.opened).toEqual([1]);
  });

  it('leaves nothing behind', async () => {
    const scene = new Scene();
    const blame = await scene.start();
    blame.dispose();
    scene.saveState.emit('completed');
    scene.cells[2]!.comeIntoView();
    scene.cells[0]!.type();
    jest.runAllTimers();
    await settle();
    expect(scene.cells.map(cell => cell.line)).toEqual([
      undefined,
      undefined,
      undefined
    ]);
    expect(scene.watching).toBe(0);
    expect(scene.panel.node.className).not.toContain('blamed');
    expect(
      scene.files.said.filter(each => each.startsWith('blame'))
    ).toHaveLength(1);
  });

  it('says why it cannot be told, and goes', async () => {
    const scene = new Scene();
    scene.files.refusal = new Error('no');
    const blame = await scene.start();
    expect(scene.failures).toHaveLength(1);
    expect(blame.isDisposed).toBe(true);
  });
});

describe('A blame', () => {
  const cell = { index: 0, source: HASH };

  it('of an old format goes by the place of the cell', () => {
    const index = new BlameIndex({ kind: 'notebook', commits, cells: [cell] }, [
      'made-here'
    ]);
    expect(index.of('made-here')).toBe(cell);
    expect(index.of('other')).toBeUndefined();
  });

  it('makes one line of whatever a commit says', () => {
    const odd = {
      [HASH]: {
        author: { name: HOSTILE, email: '' },
        at: NOW,
        subject: `${HOSTILE}\u2028x`
      }
    };
    const words = blameWords(trans, { commits: odd }, cell, NOW);
    expect(words).not.toMatch(/[\n\u2028\u202E]/);
    expect(blameWords(trans, { commits: {} }, cell, NOW)).toBe(
      'Not committed yet'
    );
  });

  it.each([
    [30_000, 'now'],
    [5 * 60_000, '5 minutes ago'],
    [DAY, 'yesterday'],
    [21 * DAY, '3 weeks ago'],
    [800 * DAY, '2 years ago']
  ])('%d ms ago is "%s"', (apart, words) => {
    expect(agoWords(NOW - apart, NOW)).toBe(words);
  });
});
