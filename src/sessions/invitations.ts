import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { DocumentInfo } from '@jupyterlab-commons/protocol';
import { roleWords, shortName } from '../ui/words';

/** Long enough to be noticed; afterwards it waits in the notification centre. */
const SHOWN_MS = 15_000;

/** Tells of invitations, one notification per document: a second one replaces the first. */
export class InvitationNotices {
  constructor(
    private readonly _options: {
      trans: TranslationBundle;
      open: (id: string) => void;
    }
  ) {}

  show(document: DocumentInfo, by: string): void {
    const { trans, open } = this._options;
    this.forget(document.id);
    const message = trans.__(
      '%1 shared %2 with you (%3).',
      shortName(by),
      shortName(document.name),
      roleWords(trans, document.role).toLowerCase()
    );
    const notice = Notification.info(message, {
      autoClose: SHOWN_MS,
      actions: [
        {
          label: trans.__('Open'),
          displayType: 'accent',
          callback: () => open(document.id)
        }
      ]
    });
    this._shown.set(document.id, notice);
  }

  /** Takes back what was shown for a document that is not there any more. */
  forget(id: string): void {
    const notice = this._shown.get(id);
    if (notice !== undefined) {
      Notification.dismiss(notice);
      this._shown.delete(id);
    }
  }

  /** Takes back all notices but those of these documents. */
  keepOnly(documents: readonly DocumentInfo[]): void {
    for (const id of [...this._shown.keys()]) {
      if (!documents.some(each => each.id === id)) {
        this.forget(id);
      }
    }
  }

  private readonly _shown = new Map<string, string>();
}
