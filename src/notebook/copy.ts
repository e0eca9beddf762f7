import type { Contents } from '@jupyterlab/services';
import type { JSONValue } from '@lumino/coreutils';
import type { LiveFile } from './live-file';
import { LiveNotebook } from './live-notebook';
import { nameOfPath } from './paths';

/**
 * Writes what a live document holds in this page, saved or not, as a new file of
 * the viewer's own; answers its path.
 */
export async function saveCopy(
  contents: Contents.IManager,
  document: LiveNotebook | LiveFile,
  path: string
): Promise<string> {
  const isNotebook = document instanceof LiveNotebook;
  // Read at once: the document may be closed while a free name is looked for.
  const content: JSONValue = document.getSource();
  const copy = await freeName(contents, nameOfPath(path));
  await contents.save(copy, {
    type: isNotebook ? 'notebook' : 'file',
    format: isNotebook ? 'json' : 'text',
    content
  });
  return copy;
}

async function freeName(
  contents: Contents.IManager,
  name: string
): Promise<string> {
  const dot = name.lastIndexOf('.');
  const stem = dot > 0 ? name.slice(0, dot) : name;
  const ending = dot > 0 ? name.slice(dot) : '';
  for (let number = 1; ; number++) {
    const copy = `${stem}-copy${number > 1 ? number : ''}${ending}`;
    try {
      await contents.get(copy, { content: false });
    } catch {
      return copy;
    }
  }
}
