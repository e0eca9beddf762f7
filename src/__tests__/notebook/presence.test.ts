import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import * as Y from 'yjs';
import {
  applyAwarenessUpdate,
  Awareness,
  encodeAwarenessUpdate
} from 'y-protocols/awareness';
import { cursors } from '../../notebook/cursors';
import { remoteCursors, showCursor } from '../../notebook/presence';

const text = 'hello\nworld';

/** An editor of a document in which somebody else is, too. */
function editor() {
  const doc = new Y.Doc();
  const ytext = doc.getText('source');
  ytext.insert(0, text);
  const awareness = new Awareness(doc);
  const other = new Awareness(new Y.Doc());
  const view = new EditorView({
    state: EditorState.create({
      doc: text,
      extensions: [cursors({ awareness, ytext })]
    })
  });
  const show = (state: Record<string, unknown> | null) => {
    other.setLocalState(state);
    applyAwarenessUpdate(
      awareness,
      encodeAwarenessUpdate(other, [other.clientID]),
      'companion'
    );
    return Promise.resolve();
  };
  const at = (index: number, type = ytext) =>
    Y.relativePositionToJSON(
      Y.createRelativePositionFromTypeIndex(type, index)
    );
  made.push(() => {
    view.destroy();
    awareness.destroy();
    other.destroy();
  });
  return { view, awareness, doc, at, show };
}

const made: (() => void)[] = [];
afterEach(() => {
  for (const end of made.splice(0)) {
    end();
  }
});

const carets = (view: EditorView) => [
  ...view.dom.querySelectorAll<HTMLElement>('.jp-Commons-caret')
];

const eve = { display_name: 'Eve', color: 'var(--jp-collaborator-color3)' };

describe('carets of others', () => {
  it('appear with name and colour, and go with their person', async () => {
    const { view, at, show } = editor();
    await show({ user: eve, cursor: { anchor: at(1), head: at(1) } });
    const [caret] = carets(view);
    expect(caret!.textContent).toBe('Eve');
    expect(caret!.style.getPropertyValue('--jp-commons-person')).toBe(
      'var(--jp-collaborator-color3)'
    );
    await show(null);
    expect(carets(view)).toEqual([]);
  });

  it('show what is selected', async () => {
    const { view, at, show } = editor();
    await show({ user: eve, cursor: { anchor: at(8), head: at(1) } });
    const marked = view.dom.querySelectorAll('.jp-Commons-selection');
    expect(
      [...marked].map(node => node.textContent?.replace('Eve', ''))
    ).toEqual(['ello', 'wo']);
  });

  it('take a hostile name as text and no hostile colour at all', async () => {
    const { view, at, show } = editor();
    const name = '<img src=x onerror=alert(1)>'.repeat(9);
    await show({
      user: { name, color: 'red; background: url(//evil)' },
      cursor: { anchor: at(1), head: at(1) }
    });
    const [caret] = carets(view);
    expect(caret!.querySelector('img')).toBeNull();
    expect(caret!.textContent).toHaveLength(40);
    expect(caret!.getAttribute('style')).toMatch(
      /^--jp-commons-person: var\(--jp-collaborator-color[1-7]\);$/
    );
  });

  it.each([
    ['Eve\u202egnp', 'Eve gnp'],
    ['\u200b', '?']
  ])('show no invisible marks of the name %j', async (name, shown) => {
    const { view, at, show } = editor();
    await show({ user: { name }, cursor: { anchor: at(1), head: at(1) } });
    expect(carets(view)[0]!.textContent).toBe(shown);
  });

  it.each([
    ['nothing', null],
    ['a word', 'here'],
    ['words', { anchor: 'a', head: 7 }],
    [
      'a position that nobody has made',
      { anchor: { item: { client: 1, clock: 9 } }, head: {} }
    ]
  ])('pass over %s instead of a position', async (_, cursor) => {
    const { view, show } = editor();
    await show({ user: eve, cursor });
    expect(carets(view)).toEqual([]);
  });

  it('stay out of other cells', async () => {
    const { view, doc, at, show } = editor();
    const elsewhere = doc.getText('other');
    elsewhere.insert(0, 'abc');
    await show({
      user: eve,
      cursor: { anchor: at(1, elsewhere), head: at(1, elsewhere) }
    });
    expect(carets(view)).toEqual([]);
  });

  it('are never one’s own', () => {
    const { awareness } = editor();
    awareness.setLocalState({ user: eve, cursor: { anchor: 1, head: 1 } });
    expect(remoteCursors(awareness)).toEqual([]);
  });
});

describe('the own caret', () => {
  it('S10 is shown at once, then the latest after a pause', () => {
    jest.useFakeTimers();
    const awareness = new Awareness(new Y.Doc());
    const sent: unknown[] = [];
    awareness.on('update', () =>
      sent.push(awareness.getLocalState()?.['cursor'])
    );
    for (let column = 0; column < 100; column++) {
      showCursor(awareness, { anchor: column, head: column });
    }
    expect(sent).toEqual([{ anchor: 0, head: 0 }]);
    jest.advanceTimersByTime(1000);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual({ anchor: 99, head: 99 });
    awareness.destroy();
    jest.useRealTimers();
  });
});
