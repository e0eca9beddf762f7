import type { TranslationBundle } from '@jupyterlab/translation';
import type {
  GitCellChange,
  GitDiff,
  GitOutput
} from '@jupyterlab-commons/protocol';
import { bytesWords } from '../../ui/units';
import { shortName } from '../../ui/words';
import { tally } from './model';

/** "2 cells changed, 1 added": what a notebook's diff is about, in a line. */
export function summaryWords(trans: TranslationBundle, diff: GitDiff): string {
  const { changed, added, deleted, moved, outputs, metadata } = tally(diff);
  const parts = [
    changed && trans._n('%1 cell changed', '%1 cells changed', changed),
    added && trans._n('%1 cell added', '%1 cells added', added),
    deleted && trans._n('%1 cell deleted', '%1 cells deleted', deleted),
    moved && trans._n('%1 cell moved', '%1 cells moved', moved),
    outputs &&
      trans._n(
        'outputs changed in %1 cell',
        'outputs changed in %1 cells',
        outputs
      ),
    metadata &&
      trans._n(
        'metadata changed in %1 cell',
        'metadata changed in %1 cells',
        metadata
      )
  ];
  const told = parts.filter(each => typeof each === 'string').join(', ');
  return told === '' ? trans.__('No cell has changed') : told;
}

/** "Changed, moved": what happened to a cell. */
export function changeWords(
  trans: TranslationBundle,
  { change, moved }: GitCellChange
): string {
  const words = {
    same: trans.__('Moved'),
    added: trans.__('Added'),
    deleted: trans.__('Deleted'),
    changed: trans.__('Changed'),
    outputs: trans.__('Outputs changed'),
    metadata: trans.__('Metadata changed')
  }[change];
  return moved && change !== 'same' ? trans.__('%1, moved', words) : words;
}

/** "Code cell 4, was cell 3". */
export function cellWords(
  trans: TranslationBundle,
  { before, after }: GitCellChange
): string {
  const side = after ?? before;
  const number = (side?.index ?? 0) + 1;
  const name = {
    code: trans.__('Code cell %1', number),
    markdown: trans.__('Markdown cell %1', number),
    raw: trans.__('Raw cell %1', number)
  }[side?.type ?? 'raw'];
  return before && after && before.index !== after.index
    ? trans.__('%1, was cell %2', name, before.index + 1)
    : name;
}

/** "image/png, 12 KB"; several are counted. */
export function outputsWords(
  trans: TranslationBundle,
  outputs: readonly GitOutput[] | undefined
): string {
  if (!outputs || outputs.length === 0) {
    return trans.__('none');
  }
  const bytes = outputs.reduce((sum, each) => sum + each.bytes, 0);
  const kinds = [...new Set(outputs.map(each => shortName(each.kind)))];
  const shown = kinds.length > 3 ? [...kinds.slice(0, 3), '…'] : kinds;
  return trans.__('%1 (%2)', shown.join(', '), bytesWords(trans, bytes));
}

/** Why there is no comparison to be seen; null where there is one. */
export function plainWords(
  trans: TranslationBundle,
  diff: GitDiff
): string | null {
  const { kind, before, after } = diff;
  const sizes = () =>
    trans.__(
      'Before: %1. After: %2.',
      before ? bytesWords(trans, before.bytes) : trans.__('not there'),
      after ? bytesWords(trans, after.bytes) : trans.__('not there')
    );
  switch (kind) {
    case 'same':
      return trans.__('Nothing has changed: both versions are the same.');
    case 'binary':
      return `${trans.__('This is no text, so there are no lines to compare.')} ${sizes()}`;
    case 'too-large':
      return `${trans.__('This file is too large to be compared here.')} ${sizes()}`;
    case 'notebook':
    case 'text':
    case 'link':
    case 'submodule':
    case 'lfs':
      return null;
  }
}

/** What is no file of its own, or stands on one side alone; null where nothing needs saying. */
export function kindWords(
  trans: TranslationBundle,
  { kind, before, after }: GitDiff
): string | null {
  switch (kind) {
    case 'link':
      return trans.__('A link. What it points to is compared.');
    case 'submodule':
      return trans.__('A repository inside this one. Its commit is compared.');
    case 'lfs':
      return trans.__(
        'The file itself is kept elsewhere (Git LFS). The pointer to it is compared.'
      );
    case 'same':
    case 'binary':
    case 'too-large':
    case 'notebook':
    case 'text':
      return before === null
        ? trans.__('The file is new: it was not there before.')
        : after === null
          ? trans.__('The file was deleted: it is not there any more.')
          : null;
  }
}
