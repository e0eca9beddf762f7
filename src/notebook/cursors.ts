import { RangeSetBuilder, type Extension } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  ViewPlugin,
  WidgetType,
  type DecorationSet,
  type ViewUpdate
} from '@codemirror/view';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { remoteCursors, showCursor, type RemoteCursor } from './presence';

export interface ICursorOptions {
  awareness: Awareness;
  ytext: Y.Text;
}

/** The carets and selections of others in one editor, and the own one shown to them. */
export function cursors(options: ICursorOptions): Extension {
  return [
    theme,
    ViewPlugin.define(view => new CursorView(view, options), {
      decorations: plugin => plugin.decorations
    })
  ];
}

class CursorView {
  constructor(view: EditorView, options: ICursorOptions) {
    this._view = view;
    this._options = options;
    this.decorations = this._draw();
    options.awareness.on('change', this._onChange);
  }

  decorations: DecorationSet;

  update(update: ViewUpdate): void {
    if (update.docChanged || this._stale) {
      this._stale = false;
      this.decorations = this._draw();
    }
    const { selection } = update.state;
    if (
      update.view.hasFocus &&
      (update.focusChanged || !update.startState.selection.eq(selection))
    ) {
      this._show(selection.main.anchor, selection.main.head);
    }
  }

  destroy(): void {
    this._destroyed = true;
    this._options.awareness.off('change', this._onChange);
  }

  private _show(anchor: number, head: number): void {
    const { awareness, ytext } = this._options;
    const at = (index: number) =>
      Y.relativePositionToJSON(
        Y.createRelativePositionFromTypeIndex(ytext, index)
      ) as unknown;
    showCursor(awareness, { anchor: at(anchor), head: at(head) });
  }

  /** Presence may change while the editor is drawing, which takes no dispatch then. */
  private _onChange = (): void => {
    if (this._stale) {
      return;
    }
    this._stale = true;
    queueMicrotask(() => {
      if (this._stale && !this._destroyed) {
        this._view.dispatch({});
      }
    });
  };

  private _draw(): DecorationSet {
    const { length } = this._view.state.doc;
    const carets = remoteCursors(this._options.awareness)
      .flatMap(cursor => this._place(cursor, length) ?? [])
      .sort((a, b) => a.from - b.from || a.to - b.to);
    const marks = carets.flatMap(({ from, to, head, cursor }) => [
      ...(from < to ? [{ from, to, value: selectionMark(cursor) }] : []),
      { from: head, to: head, value: caretMark(cursor) }
    ]);
    marks.sort(
      (a, b) => a.from - b.from || a.value.startSide - b.value.startSide
    );
    const builder = new RangeSetBuilder<Decoration>();
    for (const { from, to, value } of marks) {
      builder.add(from, to, value);
    }
    return builder.finish();
  }

  /** Null for a caret in another cell, or one that points nowhere. */
  private _place(
    cursor: RemoteCursor,
    length: number
  ): { from: number; to: number; head: number; cursor: RemoteCursor } | null {
    const anchor = this._indexOf(cursor.anchor);
    const head = this._indexOf(cursor.head);
    if (anchor === null || head === null || Math.max(anchor, head) > length) {
      return null;
    }
    const [from, to] = [Math.min(anchor, head), Math.max(anchor, head)];
    return { from, to, head, cursor };
  }

  private _indexOf(position: unknown): number | null {
    const { ytext } = this._options;
    if (ytext.doc === null) {
      return null;
    }
    try {
      const found = Y.createAbsolutePositionFromRelativePosition(
        Y.createRelativePositionFromJSON(position),
        ytext.doc
      );
      return found?.type === ytext ? found.index : null;
    } catch {
      // Another page may send anything under this name.
      return null;
    }
  }

  private _view: EditorView;
  private _options: ICursorOptions;
  private _stale = false;
  private _destroyed = false;
}

function selectionMark({ colour }: RemoteCursor): Decoration {
  return Decoration.mark({
    class: 'jp-Commons-selection',
    attributes: { style: `--jp-commons-person: ${colour}` }
  });
}

function caretMark(cursor: RemoteCursor): Decoration {
  return Decoration.widget({ widget: new Caret(cursor), side: 1 });
}

class Caret extends WidgetType {
  constructor(private readonly _cursor: RemoteCursor) {
    super();
  }

  override eq(other: Caret): boolean {
    const { client, name, colour, head } = this._cursor;
    const its = other._cursor;
    return (
      client === its.client &&
      name === its.name &&
      colour === its.colour &&
      JSON.stringify(head) === JSON.stringify(its.head)
    );
  }

  toDOM(): HTMLElement {
    const caret = document.createElement('span');
    caret.className = 'jp-Commons-caret';
    caret.style.setProperty('--jp-commons-person', this._cursor.colour);
    // Readers of the text meet the name with the people, not in the line.
    caret.setAttribute('aria-hidden', 'true');
    const label = document.createElement('span');
    label.className = 'jp-Commons-caretName';
    label.textContent = this._cursor.name;
    caret.append(label);
    return caret;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

const theme = EditorView.baseTheme({
  '.jp-Commons-selection': {
    backgroundColor:
      'color-mix(in srgb, var(--jp-commons-person) 25%, transparent)'
  },
  '.jp-Commons-caret': {
    position: 'relative',
    borderLeft: '2px solid var(--jp-commons-person)',
    marginLeft: '-1px',
    marginRight: '-1px'
  },
  '.jp-Commons-caretName': {
    position: 'absolute',
    zIndex: '10',
    // Beside the caret: above it the edge of the cell would cut it off.
    top: '0',
    left: '0',
    padding: '0 4px',
    borderRadius: '0 var(--jp-border-radius) var(--jp-border-radius) 0',
    backgroundColor: 'var(--jp-commons-person)',
    color: 'var(--jp-ui-inverse-font-color0)',
    fontFamily: 'var(--jp-ui-font-family)',
    fontSize: 'var(--jp-ui-font-size0)',
    lineHeight: '1.3em',
    whiteSpace: 'nowrap',
    pointerEvents: 'none',
    animation: 'jp-Commons-fade 2.5s forwards'
  },
  '.jp-Commons-caret:hover .jp-Commons-caretName': {
    animation: 'none',
    opacity: '1'
  },
  '@keyframes jp-Commons-fade': {
    '0%, 80%': { opacity: '1' },
    '100%': { opacity: '0' }
  },
  // Without motion the name stays, rather than vanishing at once.
  '@media (prefers-reduced-motion: reduce)': {
    '.jp-Commons-caretName': { animation: 'none' }
  }
});
