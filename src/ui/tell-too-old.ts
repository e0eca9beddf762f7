import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

/** Code could not be fetched: after an update of the server the old files are gone. */
export function tellTooOld(trans: TranslationBundle, reason: unknown): void {
  console.error(reason);
  // As in the table of refusals, which may be among what cannot be fetched.
  Notification.error(
    trans.__('The hub was updated. Reload this page to go on.'),
    {
      autoClose: false
    }
  );
}
