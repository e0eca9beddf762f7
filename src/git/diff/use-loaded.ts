import * as React from 'react';

export type Loaded<T> =
  | { kind: 'loading' }
  | { kind: 'ready'; value: T }
  | { kind: 'failed'; error: unknown };

/** What is asked for when it is drawn, and again with each new `key`. */
export function useLoaded<T>(load: () => Promise<T>, key: string): Loaded<T> {
  const [state, setState] = React.useState<Loaded<T>>({ kind: 'loading' });
  React.useEffect(() => {
    let wanted = true;
    load().then(
      value => wanted && setState({ kind: 'ready', value }),
      (error: unknown) => wanted && setState({ kind: 'failed', error })
    );
    return () => {
      wanted = false;
    };
    // `load` is made anew with each drawing; the key says what it is about.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return state;
}
