import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

/**
 * Stands for a part of the panel whose code is fetched when it is first drawn.
 * What came is kept for all later ones.
 */
export function later<P extends { trans: TranslationBundle }>(
  load: () => Promise<React.ComponentType<P>>
): React.ComponentType<P> {
  let part: React.ComponentType<P> | null = null;
  return function Later(props: P): JSX.Element | null {
    const [state, setState] = React.useState<'waiting' | 'here' | 'gone'>(
      part === null ? 'waiting' : 'here'
    );
    React.useEffect(() => {
      load().then(
        code => {
          part = code;
          setState('here');
        },
        () => setState('gone')
      );
    }, []);
    const Part = part;
    if (Part !== null) {
      return <Part {...props} />;
    }
    return state === 'gone' ? (
      <p role="alert" className="jp-Commons-History-foot">
        {props.trans.__('The hub was updated. Reload this page to go on.')}
      </p>
    ) : null;
  };
}
