import { VERSION } from '../config.ts';
import type { Sockets } from '../live/sockets.ts';
import type { Log } from '../log.ts';
import type { QuotaParts } from '../quota/parts.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Clock } from '../rooms/types.ts';
import type { LedgerStore } from '../storage/ledger-store.ts';
import type { DocumentStore } from '../storage/store.ts';
import type { Samples } from '../usage/samples.ts';
import { CachedText } from './cached-text.ts';
import { Collector } from './collect.ts';

export type MetricsOptions = {
  store: DocumentStore;
  ledgerStore: LedgerStore;
  quota: QuotaParts;
  samples: Samples;
  rooms: Rooms;
  sockets: Sockets;
  clock: Clock;
  log: Log;
};

/** The text of `/metrics` from the parts of the companion. */
export function metricsText(options: MetricsOptions): CachedText {
  const { store, ledgerStore, quota, samples, rooms, sockets } = options;
  const reported = {
    cpuSeconds: 0,
    memoryByteSeconds: 0,
    gpuBusySeconds: 0,
    gpuHeldSeconds: 0
  };
  samples.listen({
    used: (_user, _server, delta) => {
      for (const name of Object.keys(reported) as (keyof typeof reported)[]) {
        reported[name] += delta[name];
      }
    }
  });
  const collector = new Collector({
    version: VERSION,
    storeHealthy: () => store.healthy(),
    ledgerHealthy: () => ledgerStore.healthy(),
    ledger: quota.ledger,
    polls: () => quota.polls,
    people: () => quota.totals.get(),
    policiesBroken: () => quota.source.state.kind === 'broken',
    spawn: () => quota.enforcement.spawn.counts,
    done: () => quota.enforcement.counts,
    samples: () => samples.counts,
    reported: () => reported,
    rooms: () => {
      const all = rooms.all();
      const people = all.reduce((sum, room) => sum + room.present().length, 0);
      return { open: all.length, people };
    },
    sockets: () => sockets.size
  });
  return new CachedText({ ...options, measure: () => collector.text() });
}
