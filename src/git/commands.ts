import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { historyIcon } from '../ui/icons';

/** Shows the history of the current file, of the chosen one, or of `path`. */
export const SHOW_HISTORY = 'commons:show-history';

type Parts = {
  app: JupyterFrontEnd;
  browsers: IFileBrowserFactory | null;
  trans: TranslationBundle;
  /** Shows the panel; with a place, of that one. */
  open: (place: { path: string; isFile: boolean } | null) => void;
};

export function addHistoryCommand(parts: Parts): void {
  const { app, trans, open } = parts;
  app.commands.addCommand(SHOW_HISTORY, {
    label: trans.__('Show History'),
    caption: trans.__('What was committed to git, by whom and when'),
    icon: historyIcon,
    isVisible: args => !args['browser'] || placeOf(parts, args) !== null,
    execute: args => open(placeOf(parts, args)),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          path: {
            type: 'string',
            description: trans.__('A file of yours, instead of the open one.')
          },
          browser: {
            type: 'boolean',
            description: trans.__('Take what is chosen in the file browser.')
          }
        }
      }
    }
  });
}

function placeOf(
  { app, browsers }: Parts,
  { path, browser }: ReadonlyPartialJSONObject
): { path: string; isFile: boolean } | null {
  if (typeof path === 'string') {
    return { path, isFile: true };
  }
  const chosen = browser
    ? [...(browsers?.tracker.currentWidget?.selectedItems() ?? [])]
    : [];
  const item = chosen.length === 1 ? chosen[0]! : null;
  const { contents } = app.serviceManager;
  return item === null || contents.driveName(item.path) !== ''
    ? null
    : {
        path: contents.localPath(item.path),
        isFile: item.type !== 'directory'
      };
}
