import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, ViewPlugin } from '@codemirror/view';
import type { TranslationBundle } from '@jupyterlab/translation';

const FOLD = 'cm-collapsedLines';

/** What is the same on both sides is folded, in words of the page, and opens with the keyboard as well. */
export function folds(trans: TranslationBundle): Extension {
  return [
    EditorState.phrases.of({
      '$ unchanged lines': trans.__('%1 unchanged lines', '$')
    }),
    marks,
    EditorView.domEventHandlers({
      keydown: (event, view) => {
        const fold = event.target;
        if (
          !(fold instanceof HTMLElement && fold.classList.contains(FOLD)) ||
          (event.key !== 'Enter' && event.key !== ' ')
        ) {
          return false;
        }
        fold.click();
        view.contentDOM.focus();
        return true;
      }
    })
  ];
}

/** The library draws folds for the mouse alone. */
const marks = ViewPlugin.define(view => {
  const mark = () =>
    view.requestMeasure({
      key: FOLD,
      read: () => view.contentDOM.querySelectorAll<HTMLElement>(`.${FOLD}`),
      write: all =>
        all.forEach(each => {
          each.tabIndex = 0;
          each.setAttribute('role', 'button');
        })
    });
  mark();
  return { update: mark };
});
