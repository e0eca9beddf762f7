import * as React from 'react';

/** An answer that comes sooner needs no word; one would only blink. */
const SLOW_MS = 300;

/** Whether something has been waited for so long that it should be said. */
export function useSlow(isAwaited: boolean): boolean {
  const [isSlow, setSlow] = React.useState(false);
  React.useEffect(() => {
    if (isAwaited) {
      const timer = setTimeout(() => setSlow(true), SLOW_MS);
      return () => clearTimeout(timer);
    }
    setSlow(false);
    return undefined;
  }, [isAwaited]);
  return isAwaited && isSlow;
}
