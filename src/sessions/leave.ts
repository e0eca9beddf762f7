import { Dialog, showDialog } from '@jupyterlab/apputils';
import { anything } from '@jupyterlab-commons/protocol';
import { livePanels } from '../ui/panels';
import { personName, shortName } from '../ui/words';
import type { SessionsParts } from './commands';

/** Takes a document out of the person's list, after asking. */
export async function leave(id: string, parts: SessionsParts): Promise<void> {
  const { app, companion, documents, live, manager, trans } = parts;
  const { name, owner } = await documents.find(id);
  const answer = await showDialog({
    title: trans.__('Leave %1?', shortName(name)),
    body: trans.__(
      'It disappears from your list. To come back, ask %1.',
      personName(owner)
    ),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Stay') }),
      Dialog.okButton({ label: trans.__('Leave') })
    ]
  });
  if (!answer.button.accept) {
    return;
  }
  await companion.call('leaveDocument', { parts: { id }, answer: anything });
  for (const panel of livePanels(id, { shell: app.shell, manager, live })) {
    panel.dispose();
  }
  await documents.refresh();
}
