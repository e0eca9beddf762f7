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
        'Changed by git, but not reloaded because of your unsaved edits: %1. Saving asks which version stays.',
        shortName(paths.map(path => PathExt.basename(path)).join(', '))
      ),
      { autoClose: false }
    );
  }
}
