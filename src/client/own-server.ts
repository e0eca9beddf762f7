import { PageConfig } from '@jupyterlab/coreutils';
import type { DocumentInfo } from '@jupyterlab-commons/protocol';

/**
 * Whether this page runs on the server that keeps the document's file. Only
 * there does the owner have the file and a kernel in its folder.
 */
export function isOnOwnersServer(
  { role, server }: Pick<DocumentInfo, 'role' | 'server'>,
  here = PageConfig.getOption('hubServerName')
): boolean {
  return role === 'owner' && (server ?? '') === here;
}
