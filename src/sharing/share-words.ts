import type { DocumentInfo, DocumentType } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { absolute } from '../ui/time';
import { personName } from '../ui/words';

/** What sharing means to the owner, in one breath. */
export function meaningWords(
  trans: TranslationBundle,
  type: DocumentType
): string {
  return type === 'notebook'
    ? trans.__(
        'Only you can run code. People you invite see and edit this one notebook, nothing else of yours.'
      )
    : trans.__(
        'People you invite see and edit this one file, nothing else of yours.'
      );
}

/** Whose it is, what the reader may do, and until when. */
export function guestWords(
  trans: TranslationBundle,
  document: DocumentInfo
): string {
  const rights = rightsWords(trans, document);
  return document.roleUntil === null
    ? rights
    : `${rights} ${trans.__('Your access ends %1.', absolute(document.roleUntil))}`;
}

function rightsWords(
  trans: TranslationBundle,
  { owner, role, type }: DocumentInfo
): string {
  const name = personName(owner);
  if (role !== 'edit') {
    return trans.__(
      '%1 owns this document. You can see it; ask %1 if you need to edit.',
      name
    );
  }
  return type === 'notebook'
    ? trans.__(
        '%1 owns this document. You can see and edit it; only %1 can run code or let others in.',
        name
      )
    : trans.__(
        '%1 owns this document. You can see and edit it; only %1 can let others in.',
        name
      );
}
