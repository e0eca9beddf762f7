import type { Awareness } from 'y-protocols/awareness';
import { shortName } from '../ui/words';

/** The companion takes ten a second; a caret needs fewer. */
const PAUSE_MS = 120;
const COLOUR = /^var\(--jp-collaborator-color[1-7]\)$/;
const NAME_MOST = 40;

/** Where somebody's caret is, as positions that survive edits. */
export type Cursor = { anchor: unknown; head: unknown };

/** Somebody else who has the caret in this document. */
export type RemoteCursor = Cursor & {
  client: number;
  name: string;
  /** A CSS value out of a fixed set, whatever was sent. */
  colour: string;
};

/** The carets of others; what cannot be read is passed over. */
export function remoteCursors(awareness: Awareness): RemoteCursor[] {
  const found: RemoteCursor[] = [];
  for (const [client, state] of awareness.getStates()) {
    const cursor = record(state['cursor']);
    if (client === awareness.clientID || cursor === null) {
      continue;
    }
    const user = record(state['user']) ?? {};
    found.push({
      client,
      name: nameOf(user),
      colour: colourOf(user['color'], client),
      anchor: cursor['anchor'],
      head: cursor['head']
    });
  }
  return found;
}

function nameOf(user: Record<string, unknown>): string {
  for (const key of ['display_name', 'name', 'username']) {
    const name = user[key];
    const shown = typeof name === 'string' ? shortName(name).trim() : '';
    if (shown !== '') {
      return [...shown].slice(0, NAME_MOST).join('');
    }
  }
  return '?';
}

/** Anything but one of JupyterLab's own colours would be CSS of a stranger. */
export function colourOf(given: unknown, client: number): string {
  return typeof given === 'string' && COLOUR.test(given)
    ? given
    : `var(--jp-collaborator-color${(client % 7) + 1})`;
}

function record(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)
    : null;
}

type Sender = { next: Cursor | null; timer: ReturnType<typeof setTimeout> };
const senders = new WeakMap<Awareness, Sender>();

/** Shows the own caret to others: at once, then the latest after a short pause. */
export function showCursor(awareness: Awareness, cursor: Cursor): void {
  const waiting = senders.get(awareness);
  if (waiting !== undefined) {
    waiting.next = cursor;
    return;
  }
  awareness.setLocalStateField('cursor', cursor);
  const sender: Sender = {
    next: null,
    timer: setTimeout(() => {
      senders.delete(awareness);
      if (sender.next !== null && awareness.getLocalState() !== null) {
        showCursor(awareness, sender.next);
      }
    }, PAUSE_MS)
  };
  senders.set(awareness, sender);
}
