import * as React from 'react';

const MINUTE_MS = 60_000;

/** The time, told anew each minute, for what says "ago" or "ends in". */
export function useMinute(now: () => number): number {
  const [minute, setMinute] = React.useState(now);
  React.useEffect(() => {
    const timer = window.setInterval(() => setMinute(now()), MINUTE_MS);
    return () => window.clearInterval(timer);
  }, [now]);
  return minute;
}
