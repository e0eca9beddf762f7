import { PathExt } from '@jupyterlab/coreutils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import type { DocumentInfo } from '@jupyterlab-commons/protocol';

const NAME_CHARS = 120;

/**
 * Writes what a live document shows in this page, saved or not, as a new file
 * in `folder`; answers its path. Nothing that is there is overwritten.
 */
export async function saveCopy(options: {
  contents: Pick<Contents.IManager, 'get' | 'save'>;
  model: DocumentRegistry.IModel;
  document: Pick<DocumentInfo, 'name' | 'type'>;
  folder: string;
}): Promise<string> {
  const { contents, model, document, folder } = options;
  // Read first: the panel may be closed while a free name is looked for.
  const content =
    document.type === 'notebook' ? model.toJSON() : model.toString();
  const listing = await contents.get(folder, { content: true });
  const taken = new Set(namesIn(listing.content));
  const path = PathExt.join(folder, freeName(fileName(document), taken));
  await contents.save(path, {
    type: document.type === 'notebook' ? 'notebook' : 'file',
    format: document.type === 'notebook' ? 'json' : 'text',
    content
  });
  return path;
}

/** The name was chosen by the owner; here it becomes one plain file name. */
export function fileName(
  document: Pick<DocumentInfo, 'name' | 'type'>
): string {
  const plain = document.name
    .replace(/[\u0000-\u001f\u007f/\\:]+/g, '_')
    .replace(/^[.\s]+/, '')
    .trim();
  const ending =
    document.type === 'notebook' ? '.ipynb' : PathExt.extname(plain);
  const stem = plain.endsWith(ending)
    ? plain.slice(0, plain.length - ending.length)
    : plain;
  return `${stem.slice(0, NAME_CHARS) || 'untitled'}${ending}`;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  const ending = PathExt.extname(name);
  const stem = name.slice(0, name.length - ending.length);
  for (let number = 1; ; number++) {
    const copy = `${stem}-copy${number > 1 ? number : ''}${ending}`;
    if (!taken.has(copy)) {
      return copy;
    }
  }
}

function namesIn(listing: unknown): string[] {
  return Array.isArray(listing)
    ? listing.flatMap((each: unknown) =>
        typeof each === 'object' &&
        each !== null &&
        'name' in each &&
        typeof each.name === 'string'
          ? [each.name]
          : []
      )
    : [];
}
