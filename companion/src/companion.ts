import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from '@jupyterlab-commons/protocol';
import { systemClock, systemPace } from './clock.ts';
import { VERSION, type Config } from './config.ts';
import { dashboardDoor } from './dashboard/parts.ts';
import { secretCheck } from './hub/secret.ts';
import { FileKeeper } from './files/file-keeper.ts';
import { documentResources } from './http/documents.ts';
import { infoResources, type Condition } from './http/info.ts';
import { metricsResource } from './http/metrics.ts';
import { Origins } from './http/origin.ts';
import { peopleResource } from './http/people.ts';
import { Rate } from './http/rate.ts';
import { Router, type Resources } from './http/router.ts';
import { createHttpServer } from './http/server.ts';
import { sessionResource } from './http/session.ts';
import { shareResources } from './http/shares.ts';
import { ticketResources } from './http/tickets.ts';
import { Uploads } from './http/uploads.ts';
import { Callers } from './hub/callers.ts';
import { HubClient } from './hub/hub-client.ts';
import { Identity } from './hub/identity.ts';
import { Sessions } from './hub/sessions.ts';
import type { StaticTokens } from './hub/static-tokens.ts';
import { Tickets } from './hub/tickets.ts';
import { ChangeTimes } from './live/change-times.ts';
import { Events } from './live/events.ts';
import { Links } from './live/link.ts';
import { closeSocket, Sockets } from './live/sockets.ts';
import { attachSync } from './live/sync.ts';
import { Upgrades, type Halls } from './live/upgrade.ts';
import { Watch } from './live/watch.ts';
import type { Log } from './log.ts';
import { metricsText } from './metrics/parts.ts';
import { QuotaParts } from './quota/parts.ts';
import { seedUpdate } from './rooms/content.ts';
import { Rooms } from './rooms/rooms.ts';
import {
  defaultRoomLimits,
  type Clock,
  type RoomListener
} from './rooms/types.ts';
import { Door } from './sharing/authorise.ts';
import { Documents } from './sharing/documents.ts';
import type { LiveRooms } from './sharing/live-rooms.ts';
import { openDocuments } from './sharing/open-documents.ts';
import { People } from './sharing/people.ts';
import { Shares } from './sharing/shares.ts';
import { Views } from './sharing/views.ts';
import type { LedgerStore } from './storage/ledger-store.ts';
import type { DocumentStore } from './storage/store.ts';
import { Samples } from './usage/samples.ts';

/** How long a stop waits for files and for sockets that do not answer. */
const FLUSH_MS = 5_000;
const CLOSE_MS = 2_000;

export type CompanionOptions = {
  config: Config;
  store: DocumentStore;
  ledgerStore: LedgerStore;
  /** Signs sessions. */
  key: Buffer;
  tokens: StaticTokens;
  log: Log;
  clock?: Clock;
};

type Wired = CompanionOptions & { clock: Clock };

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

/** Who somebody is, and what they have open. */
function peopleParts({ config, store, key, tokens, clock }: Wired) {
  const { hubApiUrl, hubApiToken, hubBaseUrl } = config;
  const hub =
    hubApiUrl === ''
      ? null
      : new HubClient({ apiUrl: hubApiUrl, apiToken: hubApiToken, clock });
  const identity = new Identity({ hub, tokens, hubBaseUrl });
  const sessions = new Sessions(key);
  return {
    hub,
    identity,
    sessions,
    callers: new Callers({ sessions, identity, clock }),
    tickets: new Tickets(),
    door: new Door({ store, now: () => clock.now() }),
    sockets: new Sockets({
      perPerson: config.socketsPerPerson,
      perDocument: config.socketsPerDocument,
      total: config.socketsTotal
    })
  };
}
type PeopleParts = ReturnType<typeof peopleParts>;

/** Documents in memory and what happens when one of them changes. */
function roomParts(
  { config, store, clock, log }: Wired,
  hear: Partial<RoomListener>
) {
  const { messageBytes, documentBytes, idleRoomSeconds } = config;
  const rooms = new Rooms({
    store,
    clock,
    limits: { ...defaultRoomLimits, messageBytes, documentBytes },
    idleSeconds: idleRoomSeconds,
    pace: systemPace,
    log: (message, facts) => log.warn(message, facts),
    listener: hear
  });
  const live: LiveRooms = {
    present: id => rooms.present(id),
    content: id => rooms.content(id),
    close: (id, code) => rooms.closeRoom(id, code),
    change: (id, user, mark, prepare) => rooms.change(id, user, mark, prepare),
    tellMerged: (id, merged) => rooms.tellMerged(id, merged),
    setFileStatus: (id, status) => rooms.setFileStatus(id, status)
  };
  return { rooms, live };
}

/** What is shared with whom, where it is kept, and who hears of it. */
function documentParts(
  wired: Wired,
  { hub, identity, callers, sockets }: PeopleParts
) {
  const { config, store, ledgerStore, clock, log } = wired;
  const times = new ChangeTimes({ store, clock, log });
  const { rooms, live } = roomParts(wired, {
    journalled: ({ id }, seq, byPerson) => {
      files.journalled(id, seq);
      if (byPerson) {
        times.changed(id);
      }
    },
    presenceChanged: ({ id }) => events.presenceChanged(id)
  });
  const links = new Links({ clock, log, mostChars: config.documentBytes });
  const samples = new Samples({ links, clock, log });
  // Files tell of changes, sharing of rights; both reach open sockets through the watch.
  const files: FileKeeper = new FileKeeper({
    store,
    rooms: live,
    links,
    clock,
    log,
    changed: id => watch.changedForOwner(id)
  });
  const views = new Views({
    store,
    rooms: live,
    fileState: document => files.stateOf(document)
  });
  const greet = (user: string) => quota.greet(user);
  const events: Events = new Events({
    ...{ store, views, rooms: live, clock, log, greet }
  });
  const quota: QuotaParts = new QuotaParts({
    ...{ config, hub, links, files, samples, events, clock, log },
    store: ledgerStore,
    live: () => openDocuments(rooms.all(), store)
  });
  const expectEnd = (at: number | null) => shares.expectEnd(at);
  const watch: Watch = new Watch({
    store,
    callers,
    identity,
    sockets,
    events,
    clock,
    log,
    expectEnd
  });
  const most = config.sharesPerDocument;
  const shares: Shares = new Shares({
    store,
    identity,
    notices: watch,
    clock,
    log,
    most
  });
  const documents = new Documents({
    store,
    rooms: live,
    notices: watch,
    views,
    files,
    seed: seedUpdate,
    clock,
    most: config.documentsPerPerson
  });
  return {
    times,
    rooms,
    live,
    links,
    samples,
    files,
    views,
    events,
    watch,
    shares,
    documents,
    quota
  };
}
type DocumentParts = ReturnType<typeof documentParts>;

/** One resource for each row of the route table. */
function resourcesOf(
  { config, store, ledgerStore, clock, log }: Wired,
  { identity, callers, tickets, sockets }: PeopleParts,
  parts: DocumentParts,
  condition: Condition
): Resources {
  const { documents, views, live, files, shares, quota } = parts;
  const { directory, bodyBytes, documentBytes, uploadBytes } = config;
  const metrics = metricsText({
    ...{ store, ledgerStore, quota, sockets, clock, log },
    rooms: parts.rooms,
    samples: parts.samples
  });
  const uploads = new Uploads({
    clock,
    chunkBytes: bodyBytes,
    mostBytes: documentBytes,
    totalBytes: uploadBytes
  });
  const people = new People({
    store,
    identity,
    directory,
    now: () => clock.now()
  });
  return {
    ...infoResources(config, condition),
    ...sessionResource(callers),
    ...peopleResource(people),
    ...documentResources({
      documents,
      views,
      rooms: live,
      files,
      uploads,
      store
    }),
    ...shareResources(shares),
    ...quota.resources(),
    ...metricsResource(() => metrics.text()),
    ...ticketResources({ tickets, documents, clock })
  };
}

/** Where open sockets lead to. */
function hallsOf(
  { clock }: Wired,
  { rooms, files, events, links, watch }: DocumentParts
): Halls {
  return {
    async openRoom({ caller, document }) {
      const room = await rooms.open(document.id);
      files.opened(document);
      const { user, displayName } = caller;
      const person = { user, displayName };
      return (socket, role) =>
        attachSync({ socket, room, person, role, clock });
    },
    events: (socket, caller) => {
      events
        .attach(socket, caller)
        .catch(() => closeSocket(socket, 'SESSION_STALE'));
    },
    link: (socket, server) => links.attach(socket, server),
    opened: id => watch.recheck(id)
  };
}

/** HTTP and WebSocket, which let in by the same rules. */
function doorParts(
  wired: Wired,
  people: PeopleParts,
  documents: DocumentParts,
  condition: Condition
) {
  const { config, clock, log } = wired;
  const { prefix, bodyBytes, messageBytes, requestsPerMinute } = config;
  const { callers, door } = people;
  const origins = new Origins(listedOrigins(config));
  const shared = {
    callers,
    door,
    clock,
    signIns: new Rate(config.signInsPerMinute),
    proxies: new Set(config.proxies)
  };
  const resources = resourcesOf(wired, people, documents, condition);
  const router = new Router({
    ...shared,
    secrets: {
      hook: secretCheck(config.hookToken),
      metrics: secretCheck(config.metricsToken)
    },
    resources,
    bodyBytes,
    requestsPerMinute
  });
  const { hub, sessions } = people;
  const frontDoor = dashboardDoor({
    ...{ config, key: wired.key, hub, sessions, clock, log },
    maySee: visitor => documents.quota.maySee(visitor)
  });
  const server = createHttpServer({ prefix, origins, router, frontDoor, log });
  const halls = hallsOf(wired, documents);
  const upgrades = new Upgrades({
    ...shared,
    ...people,
    prefix,
    origins,
    halls,
    messageBytes,
    log
  });
  server.on('upgrade', (request, socket, head) =>
    upgrades.handle(request, socket, head)
  );
  return { server, upgrades };
}

/** Puts the parts together. Nothing is opened before `listen`. */
export function createCompanion(options: CompanionOptions): Companion {
  const wired: Wired = { ...options, clock: options.clock ?? systemClock };
  const { config, store, log } = wired;
  let state: Health['status'] = 'starting';
  const condition: Condition = () =>
    state === 'ok' && !store.healthy() ? 'failing' : state;
  const people = peopleParts(wired);
  const documents = documentParts(wired, people);
  const { server, upgrades } = doorParts(wired, people, documents, condition);
  const { watch, shares, files, rooms, times, events, quota } = documents;

  return {
    watch,
    lookAtPolicies: () => quota.source.look(),
    async listen() {
      // Its file may be locked: documents are served nevertheless.
      await within(FLUSH_MS, quota.start());
      await listening(server, config);
      watch.start();
      shares.start();
      state = 'ok';
      const { port } = server.address() as AddressInfo;
      const host = config.host.includes(':') ? `[${config.host}]` : config.host;
      log.info('listening', { port, version: VERSION });
      return { url: `http://${host}:${port}${config.prefix}`, port };
    },
    async close() {
      state = 'stopping';
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
      log.info('stopped');
    }
  };
}

/** The origins that are listed besides the companion's own. */
function listedOrigins({ origins, publicUrl }: Config): string[] {
  return publicUrl === '' ? origins : [...origins, new URL(publicUrl).origin];
}

async function listening(
  server: Server,
  { fd, host, port }: Config
): Promise<void> {
  server.listen(fd === null ? { host, port } : { fd });
  await once(server, 'listening');
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
