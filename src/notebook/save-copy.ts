import { PathExt } from '@jupyterlab/coreutils';
import type { Contents } from '@jupyterlab/services';
import type { ISharedDocument } from '@jupyter/ydoc';
import { nameOfPath } from './paths';

const NAME_CHARS = 120;

/**
 * Writes what a live document holds in this page, saved or not, as a new file
 * in `folder`; answers its path. Nothing that is there is overwritten.
 */
export async function saveCopy(options: {
  contents: Pick<Contents.IManager, 'get' | 'save'>;
  document: Pick<ISharedDocument, 'getSource'>;
  /** Of the live document. */
  path: string;
  folder: string;
}): Promise<string> {
  const { contents, document, path, folder } = options;
  // Read first: the panel may be closed while a free name is looked for.
  const content = document.getSource();
  const isText = typeof content === 'string';
  const listing = await contents.get(folder, { content: true });
  const taken = new Set(namesIn(listing.content));
  const copy = PathExt.join(folder, freeName(fileName(path), taken));
  await contents.save(copy, {
    type: isText ? 'file' : 'notebook',
    format: isText ? 'text' : 'json',
    content
  });
  return copy;
}

/** The name was chosen by the owner; here it becomes one plain file name. */
export function fileName(path: string): string {
  const plain = nameOfPath(path).replace(/[\u0000-\u001f\u007f/\\:]+/g, '_');
  const { stem, ending } = split(plain);
  const visible = stem.replace(/^[.\s]+/, '').trim();
  return `${visible.slice(0, NAME_CHARS) || 'untitled'}${ending}`;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  const { stem, ending } = split(name);
  for (let number = 1; ; number++) {
    const copy = `${stem}-copy${number > 1 ? number : ''}${ending}`;
    if (!taken.has(copy)) {
      return copy;
    }
  }
}

/** An ending of more than some letters is a part of the name. */
function split(name: string): { stem: string; ending: string } {
  const ending = /^(.*?)(\.\w{1,16})?$/.exec(name)?.[2] ?? '';
  return { stem: name.slice(0, name.length - ending.length), ending };
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
