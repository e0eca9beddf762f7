import type { IDisposable } from '@lumino/disposable';
import * as React from 'react';

/**
 * Looks while the element is on screen: not behind another tab of the side bar,
 * not scrolled away, not in a hidden page. `look` must stay the same function.
 */
export function useOnScreen<E extends Element>(
  look: () => IDisposable
): React.RefObject<E> {
  const element = React.useRef<E>(null);
  React.useEffect(() => {
    let looking: IDisposable | null = null;
    let isNear = false;
    const apply = () => {
      if (isNear && document.visibilityState !== 'hidden') {
        looking ??= look();
      } else {
        looking?.dispose();
        looking = null;
      }
    };
    const observer = new IntersectionObserver(entries => {
      isNear = entries.at(-1)?.isIntersecting ?? isNear;
      apply();
    });
    observer.observe(element.current!);
    document.addEventListener('visibilitychange', apply);
    return () => {
      observer.disconnect();
      document.removeEventListener('visibilitychange', apply);
      looking?.dispose();
    };
  }, [look]);
  return element;
}
