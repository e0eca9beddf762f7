import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import { DOCUMENT_ID, type DocumentType } from '@jupyterlab-commons/protocol';
import { isOnOwnersServer } from '../client/own-server';
import { LIVE_DRIVE, type IDocuments } from '../tokens';

/** What a share command is about. */
export type ShareTarget =
  | { kind: 'live'; id: string; name: string }
  | { kind: 'file'; path: string; name: string; type: DocumentType };

/** What the commands know of a file: from an open panel, or from the file browser. */
export type FileFacts = { path: string; name: string; type: string };

export type TargetOptions = {
  documents: IDocuments;
  contents: Pick<Contents.IManager, 'driveName' | 'localPath'>;
  registry: Pick<DocumentRegistry, 'getFileTypesForPath'>;
};

/** Null for what cannot be shared: folders, images, files of other drives. */
export function targetOf(
  file: FileFacts,
  options: TargetOptions
): ShareTarget | null {
  const drive = options.contents.driveName(file.path);
  const path = options.contents.localPath(file.path);
  if (drive === LIVE_DRIVE) {
    const id = path.split('/')[0] ?? '';
    return DOCUMENT_ID.test(id) ? { kind: 'live', id, name: file.name } : null;
  }
  const type = documentTypeOf(file, options.registry);
  if (drive !== '' || type === null) {
    return null;
  }
  const shared = options.documents.list?.find(
    each => isOnOwnersServer(each) && each.path === path
  );
  return shared
    ? { kind: 'live', id: shared.id, name: shared.name }
    : { kind: 'file', path, name: file.name, type };
}

function documentTypeOf(
  file: FileFacts,
  registry: TargetOptions['registry']
): DocumentType | null {
  if (file.type === 'notebook') {
    return 'notebook';
  }
  const known = registry.getFileTypesForPath(file.name);
  return file.type === 'file' &&
    (known.length === 0 || known[0]!.fileFormat === 'text')
    ? 'text'
    : null;
}
