import * as React from 'react';
import type { KeptPart, KeptState } from './kept';

/** Called when a button is pressed that may go away when this part has come. */
export type FocusNext = (part: KeptPart, pressed: HTMLElement) => void;

/**
 * Focus goes from a button to the first of the rows that it has brought, or to
 * what tries again where none came. Until then, and where there is neither, it
 * is on the list. Focus that a person has put elsewhere meanwhile stays there.
 */
export function useNextFocus(
  list: React.RefObject<HTMLElement>,
  { rows, failed, isAwaited }: KeptState
): FocusNext {
  const next = React.useRef<Next | null>(null);
  // Before a key can be pressed that would go to the page as a whole.
  React.useLayoutEffect(() => {
    const root = list.current;
    if (next.current === null || root === null) {
      return;
    }
    const { part, row, pressed } = next.current;
    const { activeElement, body } = document;
    const isLost = activeElement === null || activeElement === body;
    if (isAwaited) {
      if (isLost) {
        root.focus();
      }
      return;
    }
    next.current = null;
    if (!isLost && activeElement !== root && activeElement !== pressed) {
      return;
    }
    if (failed[part] === undefined) {
      (root.querySelectorAll('li')[row] ?? root).focus();
    } else if (!pressed.isConnected) {
      const retries = root.querySelectorAll<HTMLElement>('[role=alert] button');
      retries[retries.length - 1]?.focus();
    }
  });
  return (part, pressed) => {
    const row = part === 'older' ? rows.length : 0;
    next.current = { part, row, pressed };
  };
}

type Next = { part: KeptPart; row: number; pressed: HTMLElement };
