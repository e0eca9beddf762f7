import type { TranslationBundle } from '@jupyterlab/translation';

/** What the figures that count are made of. */
export function countedWords(trans: TranslationBundle): string {
  return trans.__(
    'What counts is how long the hub runs your servers, times what their profile takes, also when nothing runs in them. What notebooks use does not count.'
  );
}
