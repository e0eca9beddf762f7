import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from '@jupyterlab-commons/protocol';
import { systemClock } from './clock.ts';
import { VERSION, type Config } from './config.ts';
import { doorParts } from './doors.ts';
import type { Upgrades } from './live/upgrade.ts';
import type { Watch } from './live/watch.ts';
import {
  documentParts,
  peopleParts,
  type DocumentParts,
  type Given
} from './parts.ts';
import type { Clock } from './rooms/types.ts';

/** How long a stop waits for files and for sockets that do not answer. */
const FLUSH_MS = 5_000;
const CLOSE_MS = 2_000;

/** Without a clock it is the system's. */
export type CompanionOptions = Omit<Given, 'clock'> & { clock?: Clock };

export type Companion = {
  /** Resolves when calls are taken, with the address they are taken at. */
  listen(): Promise<{ url: string; port: number }>;
  /** Lets everybody go, writes what is not written, and stops. The stores are closed by whoever opened them. */
  close(): Promise<void>;
  /** Reads the file of policies now if it has changed; it is looked at by itself every few seconds. */
  lookAtPolicies(): Promise<void>;
  /** Looks at sessions and at the hub now; they are looked at by themselves every few seconds. */
  watch: Watch;
};

/** Puts the parts together. Nothing is opened before `listen`. */
export function createCompanion(options: CompanionOptions): Companion {
  const given: Given = { ...options, clock: options.clock ?? systemClock };
  const { config, store, log } = given;
  let state: Health['status'] = 'starting';
  const condition = () =>
    state === 'ok' && !store.healthy() ? 'failing' : state;
  const people = peopleParts(given);
  const documents = documentParts(given, people);
  const { server, upgrades } = doorParts(given, people, documents, condition);

  return {
    watch: documents.watch,
    lookAtPolicies: () => documents.quota.source.look(),
    async listen() {
      await start(documents, server, config);
      state = 'ok';
      const { port } = server.address() as AddressInfo;
      const host = config.host.includes(':') ? `[${config.host}]` : config.host;
      log.info('listening', { port, version: VERSION });
      return { url: `http://${host}:${port}${config.prefix}`, port };
    },
    async close() {
      state = 'stopping';
      await stop(documents, server, upgrades);
      log.info('stopped');
    }
  };
}

async function start(
  { quota, watch, shares }: DocumentParts,
  server: Server,
  { fd, host, port }: Config
): Promise<void> {
  // The ledger's file may be locked: documents are served nevertheless.
  await within(FLUSH_MS, quota.start());
  server.listen(fd === null ? { host, port } : { fd });
  await once(server, 'listening');
  watch.start();
  shares.start();
}

/** No newcomers first, then what is to be written, and open sockets last. */
async function stop(
  { watch, shares, quota, files, rooms, times, events }: DocumentParts,
  server: Server,
  upgrades: Upgrades
): Promise<void> {
  upgrades.refuseNew();
  watch.stop();
  shares.stop();
  await within(FLUSH_MS, quota.stop());
  await within(FLUSH_MS, files.flush());
  await within(FLUSH_MS, rooms.close());
  await times.close();
  files.stop();
  events.stop();
  await upgrades.stop(CLOSE_MS);
  server.close();
  server.closeAllConnections();
}

/** The end of `work`, or of patience; what is not written then is written after the next start. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>(resolve => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => {}), late]);
  clearTimeout(timer);
}
