import type { Consumer } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { shortName } from './words';

/** What it is called wherever it is named; `fit` makes a stranger's name harmless. */
export function consumerName(
  trans: TranslationBundle,
  { kind, name }: Pick<Consumer, 'kind' | 'name'>,
  fit: (name: string) => string = shortName
): string {
  switch (kind) {
    case 'kernel':
      return fit(name) || trans.__('Kernel without a name');
    case 'terminal':
      return trans.__('Terminal %1', fit(name));
    case 'server':
      return trans.__('Jupyter server');
    case 'rest':
      return trans.__('Everything else');
  }
}
