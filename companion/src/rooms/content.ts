/** What a document says, apart from how it came to say it. */
import {
  atOnce,
  CommonsError,
  type DocumentType
} from '@jupyterlab-commons/protocol';
import * as Y from 'yjs';
import { evenLines } from './line-ends.ts';
import { notebookText, seedNotebook, type CellTexts } from './notebook.ts';
import { outlining, type Outline } from './outline.ts';
import { defineRoots } from './schema.ts';

/** The Yjs client of every seed, and of nothing else: no page may write under it. */
export const SEED_CLIENT = 1;

/**
 * The first update of a document. A notebook is JSON as object or as text.
 * Throws FILE_UNSHAREABLE for content that is not of that type.
 */
export function seedUpdate(
  type: DocumentType,
  content: unknown
): { update: Uint8Array; outline: Outline } {
  const doc = new Y.Doc();
  doc.clientID = SEED_CLIENT;
  defineRoots(doc, type);
  if (type === 'notebook') {
    seedNotebook(doc, content);
  } else if (typeof content === 'string') {
    doc.getText('source').insert(0, evenLines(content));
  } else {
    throw new CommonsError('FILE_UNSHAREABLE', 'it is not a text');
  }
  const update = Y.encodeStateAsUpdate(doc);
  const outline = atOnce(outlining(doc, type));
  doc.destroy();
  return { update, outline };
}

/** The bytes of the file that holds the document, as text. `texts` saves writing cells again. */
export function toContent(
  doc: Y.Doc,
  type: DocumentType,
  texts?: CellTexts
): string {
  return type === 'notebook'
    ? notebookText(doc, texts)
    : doc.getText('source').toString();
}
