import type { IRouter } from '@jupyterlab/application';
import { Dialog, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommonsError, DOCUMENT_ID } from '@jupyterlab-commons/protocol';
import type { ICompanion, ILiveDocuments } from '../tokens';

/** The id in `?live=<id>`; null when there is none or it cannot be one. */
export function idOfSearch(search: string): string | null {
  const id = new URLSearchParams(search).get('live');
  return id !== null && DOCUMENT_ID.test(id) ? id : null;
}

/** The same place without `live`, so that reloading does not open it again. */
export function withoutLive({ path, search, hash }: IRouter.ILocation): string {
  const rest = new URLSearchParams(search);
  rest.delete('live');
  const query = rest.toString();
  return `${path}${query === '' ? '' : `?${query}`}${hash}`;
}

export interface IFollowOptions {
  companion: ICompanion;
  live: ILiveDocuments;
  trans: TranslationBundle;
}

/** Opens the document of a share link, or says where it can be opened. */
export async function followLink(
  id: string,
  { companion, live, trans }: IFollowOptions
): Promise<void> {
  try {
    await live.open(id);
  } catch (reason) {
    const error =
      reason instanceof CommonsError ? reason : new CommonsError('INTERNAL');
    if (error.code !== 'GUEST_SERVER') {
      await showErrorMessage(
        trans.__('The shared document could not be opened'),
        error.message
      );
      return;
    }
    const { button } = await showDialog({
      title: trans.__('Open in your own server'),
      body: error.message,
      buttons: [
        Dialog.cancelButton(),
        Dialog.okButton({ label: trans.__('Open There') })
      ]
    });
    if (button.accept) {
      window.location.assign(companion.linkTo(id));
    }
  }
}
