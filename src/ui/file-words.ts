import type { FileState } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { shortName } from './words';

/** What the owner should know about the file; null while there is nothing to do. */
export function fileWords(
  trans: TranslationBundle,
  state: FileState,
  detail: string | null = null
): string | null {
  switch (state) {
    case 'none':
    case 'saved':
    case 'behind':
      return null;
    case 'away':
      return trans.__(
        'Edits are safe; the file catches up when your server runs.'
      );
    case 'changed-outside':
      return detail === null
        ? trans.__(
            'The file was changed outside. Nothing was overwritten; choose which version stays.'
          )
        : trans.__(
            'The file was changed outside and cannot be merged: %1. Nothing was overwritten; correct the file, or choose which version stays.',
            shortName(detail)
          );
    case 'missing':
      return trans.__(
        'The file is not where it was. The live version holds everything.'
      );
    case 'failed':
      return detail === null
        ? trans.__(
            'The file cannot be written at the moment. Edits are safe here.'
          )
        : trans.__(
            'The file cannot be written: %1. Edits are safe here.',
            shortName(detail)
          );
  }
}
