/** Which edits a file would show. */
import * as Y from 'yjs';

/** Metadata that pages write by themselves when a kernel starts or somebody trusts what they see. */
const written = ['kernelspec', 'language_info', 'trusted'];

/** Whether the type is below the flags of pages, which no file holds. */
function isFlag(doc: Y.Doc, type: Y.ContentType['type']): boolean {
  let root = type;
  while (root._item !== null && root._item.parent instanceof Y.AbstractType) {
    root = root._item.parent;
  }
  return root === doc.share.get('state');
}

/** Whether a transaction, which is not over, changes what a person would call the content. */
export function changesContent(transaction: Y.Transaction): boolean {
  for (const [type, keys] of transaction.changed) {
    const byItself =
      type._item?.parentSub === 'metadata' &&
      [...keys].every(key => key !== null && written.includes(key));
    if (!byItself && !isFlag(transaction.doc, type)) {
      return true;
    }
  }
  return false;
}
