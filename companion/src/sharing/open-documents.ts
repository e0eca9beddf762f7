import type { PresentPerson } from '@jupyterlab-commons/protocol';
import type { DocumentStore } from '../storage/store.ts';

const MOST = 1000;

/** A document that somebody has open, as admins see it: never what is in it. */
export type OpenDocument = {
  id: string;
  name: string;
  owner: string;
  people: string[];
  pages: number;
  changedAt: number | null;
};

/** Documents that people have open now. */
export async function openDocuments(
  rooms: readonly { id: string; present(): PresentPerson[] }[],
  store: Pick<DocumentStore, 'document'>
): Promise<OpenDocument[]> {
  const open = rooms
    .map(room => ({ id: room.id, present: room.present() }))
    .filter(({ present }) => present.length > 0)
    .slice(0, MOST);
  const found = await Promise.all(
    open.map(async ({ id, present }) => ({
      present,
      document: await store.document(id)
    }))
  );
  return found.flatMap(({ document, present }) =>
    document === null
      ? []
      : {
          id: document.id,
          name: document.name,
          owner: document.owner,
          people: present.map(({ user }) => user).slice(0, 100),
          pages: present.reduce((sum, { pages }) => sum + pages, 0),
          changedAt: document.changedAt
        }
  );
}
