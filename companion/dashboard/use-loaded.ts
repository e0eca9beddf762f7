import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Refused } from './api.ts';

/** How often what is shown is asked for again, while the page is visible. */
const EVERY_MS = 30_000;

/** What is known: the newest answer stays while the next is on its way or has failed. */
export type Loaded<T> = {
  data: T | null;
  error: Refused | null;
  again(): void;
};

/**
 * Asks, and asks again every half minute while somebody looks. `key` names the
 * question: with another one the answer of the one before is forgotten.
 */
export function useLoaded<T>(key: string, ask: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{
    key: string;
    data: T | null;
    error: Refused | null;
  }>({ key, data: null, error: null });
  const newest = useRef({ key, ask, turn: 0 });
  newest.current = { ...newest.current, key, ask };

  const again = useCallback(() => {
    const { key: asked, ask: question } = newest.current;
    const turn = ++newest.current.turn;
    const isNewest = () => newest.current.turn === turn;
    question().then(
      data => {
        if (isNewest()) {
          setState({ key: asked, data, error: null });
        }
      },
      (error: unknown) => {
        if (isNewest()) {
          setState(before => ({
            key: asked,
            data: before.key === asked ? before.data : null,
            error: asRefused(error)
          }));
        }
      }
    );
  }, []);

  useEffect(() => {
    again();
    const look = () => {
      if (document.visibilityState === 'visible') {
        again();
      }
    };
    const timer = setInterval(look, EVERY_MS);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [key, again]);

  const known = state.key === key;
  return {
    data: known ? state.data : null,
    error: known ? state.error : null,
    again
  };
}

function asRefused(error: unknown): Refused {
  return error instanceof Refused
    ? error
    : new Refused(
        'UNREACHABLE',
        'The companion gave an answer that this page cannot read. Reload the page.'
      );
}
