import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { problemOf } from '../ui/problem-words';
import { shortName } from '../ui/words';
import type { SharingParts } from './commands';
import { showShareDialog } from './dialog';
import { ShareModel } from './model';
import { PlainFile } from './plain-file';
import { stopSharing } from './stop';
import type { ShareTarget } from './target';

/** Shares a file, or manages what is shared; the dialog is over when it resolves. */
export async function share(
  parts: SharingParts,
  target: ShareTarget | null
): Promise<void> {
  const { companion, documents, trans } = parts;
  if (target === null) {
    Notification.warning(
      trans.__('Open a notebook or a text file of yours, then share it.')
    );
    return;
  }
  const model = new ShareModel({
    companion,
    documents,
    trans,
    stop: document => stopSharing(document, parts),
    target: target.kind === 'live' ? target : { file: plainFile(parts, target) }
  });
  try {
    void model.load();
    await (parts.openDialog ?? showShareDialog)(model);
    await model.settled;
    if (model.problem !== null) {
      // The dialog was closed before this came back.
      Notification.error(model.problem.text, { autoClose: false });
    }
  } finally {
    model.dispose();
  }
}

/** Ends the sharing of a document, after asking. */
export async function stop(parts: SharingParts, id: string): Promise<void> {
  const { documents, trans } = parts;
  try {
    const document = await documents.find(id);
    const answer = await showDialog({
      title: trans.__('Stop sharing %1?', shortName(document.name)),
      body: trans.__('Everybody else loses access now. Your file stays.'),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Keep sharing') }),
        Dialog.warnButton({ label: trans.__('Stop sharing') })
      ]
    });
    if (answer.button.accept) {
      await stopSharing(document, parts);
    }
  } catch (error) {
    Notification.error(problemOf(trans, error).text, { autoClose: false });
  }
}

function plainFile(
  parts: SharingParts,
  target: Extract<ShareTarget, { kind: 'file' }>
): PlainFile {
  const { companion, live, manager, trans, app } = parts;
  return new PlainFile({
    companion,
    live,
    manager,
    trans,
    widgets: () => app.shell.widgets('main'),
    path: target.path,
    name: target.name,
    type: target.type
  });
}
