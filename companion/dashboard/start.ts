/** What the companion put into the page (`companion/src/dashboard/html.ts`). */
export type Start = {
  session: string;
  /** Milliseconds since 1970; then the page must be opened anew. */
  expiresAt: number;
  user: string;
  displayName: string;
  /** Path below which the companion answers. */
  prefix: string;
};

/**
 * Reads the start once and takes it out of the page, and the hub's code out of
 * the address: neither is for anybody who looks later.
 */
export function takeStart(): Start | null {
  const meta = document.querySelector<HTMLMetaElement>(
    'meta[name="commons-start"]'
  );
  if (meta === null) {
    return null;
  }
  const start = JSON.parse(meta.content) as Start;
  meta.remove();
  history.replaceState(null, '', `${start.prefix}${location.hash}`);
  return start;
}
