import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ILiveEntry } from '../../tokens';
import { shortName } from '../../ui/words';

/** The field of presence in which a page says what it has brought back. */
const FIELD = 'commons:restored';
const SHOWN_MS = 10_000;

/** Says to everybody in a live document what was brought back, and from where. */
export function announceRestore(entry: ILiveEntry, from: string): void {
  entry.awareness.setLocalStateField(FIELD, { from, at: Date.now() });
}

/** Tells of what others bring back, once for each. */
export function hearRestores(
  entry: ILiveEntry,
  trans: TranslationBundle
): void {
  const { awareness } = entry;
  const heard = new Map<number, unknown>();
  const look = (client: number, tells: boolean) => {
    const state = awareness.getStates().get(client);
    const said = Object(state?.[FIELD]) as Record<string, unknown>;
    const { at, from } = said;
    if (client === awareness.clientID || typeof at !== 'number') {
      return;
    }
    const isNew = heard.get(client) !== at;
    heard.set(client, at);
    if (tells && isNew) {
      const user = Object(state?.['user']) as Record<string, unknown>;
      Notification.info(
        trans.__(
          '%1 brought back a part of "%2" as it was in %3.',
          shortName(String(user['display_name'] ?? '?')),
          shortName(entry.info.name),
          shortName(String(from))
        ),
        { autoClose: SHOWN_MS }
      );
    }
  };
  // What was said before this page came is no news.
  [...awareness.getStates().keys()].forEach(client => look(client, false));
  const onChange = ({
    added,
    updated
  }: {
    added: number[];
    updated: number[];
  }) => {
    added.forEach(client => look(client, false));
    updated.forEach(client => look(client, true));
  };
  awareness.on('change', onChange);
  entry.disposed.connect(() => awareness.off('change', onChange));
}
