import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { shortName } from '../../ui/words';

/** Git has changed files that are open with unsaved edits: these stay as they are. */
export function tellUnsaved(
  trans: TranslationBundle,
  paths: readonly string[]
): void {
  if (paths.length > 0) {
    Notification.warning(
      trans.__(
        'Git has changed files whose unsaved edits are open here: %1. They show what you typed; saving asks which version stays.',
        paths.map(path => shortName(PathExt.basename(path))).join(', ')
      ),
      { autoClose: false }
    );
  }
}
