import type { Start } from './start.ts';

/** The whole page. */
export function App({ start }: { start: Start }) {
  return (
    <main>
      <h1>Commons</h1>
      <p>Signed in as {start.displayName}</p>
    </main>
  );
}
