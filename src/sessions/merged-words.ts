import type { DocumentInfo, MergedMessage } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { personName, shortName } from '../ui/words';

/** What a merge has done to the document of this name, in sentences. */
export function mergedWords(
  trans: TranslationBundle,
  merged: MergedMessage,
  { name, type }: Pick<DocumentInfo, 'name' | 'type'>
): string {
  const { kind, by, keptAs } = merged;
  const subject =
    kind === 'undo' && by !== null ? personName(by) : shortName(name);
  const sentences = [
    headWords(trans, merged, subject, type),
    conflictWords(trans, merged)
  ];
  if (keptAs !== null) {
    sentences.push(
      trans.__('The whole other version is kept as %1.', shortName(keptAs))
    );
  }
  return sentences.filter(each => each !== '').join(' ');
}

function headWords(
  trans: TranslationBundle,
  merged: MergedMessage,
  subject: string,
  type: DocumentInfo['type']
): string {
  const counts = countWords(trans, merged, type).join(', ');
  if (merged.kind === 'undo') {
    return counts === ''
      ? trans.__('%1 wanted to undo a change.', subject)
      : trans.__('%1 undid a change: %2.', subject, counts);
  }
  return counts === ''
    ? trans.__('%1 was changed on disk.', subject)
    : trans.__('%1 was changed on disk: %2.', subject, counts);
}

function countWords(
  trans: TranslationBundle,
  { changed, added, deleted, moved }: MergedMessage,
  type: DocumentInfo['type']
): string[] {
  const changedWords = (n: number) =>
    type === 'notebook'
      ? trans._n('%1 cell updated', '%1 cells updated', n)
      : trans._n('%1 passage updated', '%1 passages updated', n);
  const parts: [number, (count: number) => string][] = [
    [changed, changedWords],
    [added, n => trans._n('%1 cell added', '%1 cells added', n)],
    [deleted, n => trans._n('%1 cell deleted', '%1 cells deleted', n)],
    [moved, n => trans._n('%1 cell moved', '%1 cells moved', n)]
  ];
  return parts.flatMap(([count, words]) => (count > 0 ? words(count) : []));
}

function conflictWords(
  trans: TranslationBundle,
  { kind, conflicts, names }: MergedMessage
): string {
  if (conflicts === 0) {
    return '';
  }
  const text =
    kind === 'undo'
      ? trans._n(
          '%1 part was edited since and stays as it is',
          '%1 parts were edited since and stay as they are',
          conflicts
        )
      : trans._n(
          '%1 part was changed here as well; what is here stays',
          '%1 parts were changed here as well; what is here stays',
          conflicts
        );
  const known = names.map(shortName).join(', ');
  return known === '' ? `${text}.` : `${text}: ${known}.`;
}
