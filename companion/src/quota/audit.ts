import { printable, reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import type { LedgerStore } from '../storage/ledger-store.ts';
import type { Audit } from './types.ts';

const MOST_DETAIL = 512;

/** Puts entries into the store's log: one line each, whatever people have written. */
export function auditInto(options: {
  store: Pick<LedgerStore, 'audit'>;
  clock: Clock;
  log: Log;
}): Audit {
  const { store, clock, log } = options;
  return ({ actor, action, user, detail }) => {
    const line = printable(detail, MOST_DETAIL).slice(0, MOST_DETAIL);
    store
      .audit({ at: clock.now(), actor, action, user, detail: line })
      .catch((error: unknown) =>
        log.warn('an audit entry is missing', {
          action,
          user,
          reason: reasonOf(error)
        })
      );
  };
}
