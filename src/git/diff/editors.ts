import { MergeView, getChunks, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { jupyterTheme } from '@jupyterlab/codemirror';
import type { TranslationBundle } from '@jupyterlab/translation';
import { folds } from './folds';
import type { Layout } from './model';

export type EditorsOptions = {
  /** Null: there is no such side. */
  before: string | null;
  after: string | null;
  layout: Layout;
  /** What a screen reader says of each side. */
  labels: { before: string; after: string };
  language: Extension | null;
  numbers?: boolean;
  trans: TranslationBundle;
};

/** Texts that are looked at and not written. */
export type Editors = {
  /** Goes to the next change, or back with -1; answers its lines, null at the end. */
  go(step: 1 | -1): { number: number; of: number; line: number } | null;
  destroy(): void;
};

/** Past these, changes inside lines are shown less exactly, but at once. */
const DIFF = { scanLimit: 500, timeout: 200 };
const COLLAPSE = { margin: 3, minSize: 6 };

export function openEditors(
  host: HTMLElement,
  options: EditorsOptions
): Editors {
  const { before, after, layout, labels } = options;
  const common = [
    jupyterTheme,
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.lineWrapping,
    options.language ?? [],
    folds(options.trans),
    options.numbers ? lineNumbers() : []
  ];
  const named = (label: string) =>
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' });
  const side = (doc: string, label: string) => ({
    doc,
    extensions: [...common, named(label)]
  });
  if (before !== null && after !== null && layout === 'split') {
    const merge = new MergeView({
      a: side(before, labels.before),
      b: side(after, labels.after),
      parent: host,
      collapseUnchanged: COLLAPSE,
      diffConfig: DIFF,
      gutter: true
    });
    return walk(merge.b, () => merge.destroy());
  }
  const { doc, extensions } =
    after === null
      ? side(before ?? '', labels.before)
      : side(after, labels.after);
  const unified =
    before === null || after === null
      ? []
      : unifiedMergeView({
          original: before,
          mergeControls: false,
          collapseUnchanged: COLLAPSE,
          diffConfig: DIFF,
          gutter: true
        });
  const view = new EditorView({
    doc,
    extensions: [...extensions, unified],
    parent: host
  });
  return walk(view, () => view.destroy());
}

/** Remembers at which change the reader is. */
function walk(view: EditorView, destroy: () => void): Editors {
  let current = -1;
  return {
    go(step) {
      const chunks = getChunks(view.state)?.chunks ?? [];
      const next = current < 0 && step < 0 ? -1 : current + step;
      const chunk = chunks[next];
      if (chunk === undefined) {
        return null;
      }
      current = next;
      const at = Math.min(chunk.fromB, view.state.doc.length);
      view.dispatch({
        selection: { anchor: at },
        effects: EditorView.scrollIntoView(at, { y: 'center' })
      });
      const { number: line } = view.state.doc.lineAt(at);
      return { number: next + 1, of: chunks.length, line };
    },
    destroy
  };
}
