/** What the companion is made of behind its doors; HTTP and sockets are in `doors.ts`. */
import { systemPace } from './clock.ts';
import type { Config } from './config.ts';
import { FileKeeper } from './files/file-keeper.ts';
import { Callers } from './hub/callers.ts';
import { HubClient } from './hub/hub-client.ts';
import { Identity } from './hub/identity.ts';
import { Sessions } from './hub/sessions.ts';
import type { StaticTokens } from './hub/static-tokens.ts';
import { Tickets } from './hub/tickets.ts';
import { ChangeTimes } from './live/change-times.ts';
import { Events } from './live/events.ts';
import { Links } from './live/link.ts';
import { Sockets } from './live/sockets.ts';
import { Watch } from './live/watch.ts';
import type { Log } from './log.ts';
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
import { Shares } from './sharing/shares.ts';
import { Views } from './sharing/views.ts';
import type { LedgerStore } from './storage/ledger-store.ts';
import type { DocumentStore } from './storage/store.ts';
import { Samples } from './usage/samples.ts';

/** Long enough to read dozens of samples together, and too short for anybody to notice. */
const GATHER_MS = 250;

/** What every part is made from. */
export type Given = {
  config: Config;
  store: DocumentStore;
  ledgerStore: LedgerStore;
  /** Signs sessions. */
  key: Buffer;
  tokens: StaticTokens;
  log: Log;
  clock: Clock;
};

/** Who somebody is, and what they have open. */
export function peopleParts({ config, store, key, tokens, clock }: Given) {
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
export type PeopleParts = ReturnType<typeof peopleParts>;

/** What is shared with whom, where it is kept, who hears of it, and what it uses. */
export function documentParts(given: Given, people: PeopleParts) {
  const { config, store, ledgerStore, clock, log } = given;
  const times = new ChangeTimes({ store, clock, log });
  const { rooms, live } = roomParts(given, {
    journalled: ({ id }, seq, byPerson) => {
      files.journalled(id, seq);
      if (byPerson) {
        times.changed(id);
      }
    },
    presenceChanged: ({ id }) => events.presenceChanged(id)
  });
  const links = new Links({
    ...{ clock, log },
    mostChars: config.documentBytes,
    gatherMs: GATHER_MS
  });
  const samples = new Samples({ links, clock, log });
  // Files tell of changes, sharing of rights; both reach open sockets through the watch.
  const changed = (id: string) => watch.changedForOwner(id);
  const keeping = { store, rooms: live, links, clock, log, changed };
  const files: FileKeeper = new FileKeeper(keeping);
  const views = new Views({
    store,
    rooms: live,
    fileState: document => files.stateOf(document)
  });
  const greet = (user: string) => quota.greet(user);
  const telling = { store, views, rooms: live, clock, log, greet };
  const events: Events = new Events(telling);
  const quota: QuotaParts = new QuotaParts({
    ...{ config, hub: people.hub, links, files, samples, events, clock, log },
    store: ledgerStore,
    live: () => openDocuments(rooms.all(), store)
  });
  const open = { rooms, live, links, samples, files, views, events };
  const { watch, shares, documents } = sharingParts(given, people, open);
  return { ...open, times, quota, watch, shares, documents };
}
export type DocumentParts = ReturnType<typeof documentParts>;

/** Documents in memory and what happens when one of them changes. */
function roomParts(
  { config, store, clock, log }: Given,
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

/** Who may do what with a document; the watch sees to it that an end of rights is felt. */
function sharingParts(
  { config, store, clock, log }: Given,
  { identity, callers, sockets }: PeopleParts,
  open: { live: LiveRooms; views: Views; files: FileKeeper; events: Events }
) {
  const { live, views, files, events } = open;
  const watch: Watch = new Watch({
    ...{ store, callers, identity, sockets, events, clock, log },
    expectEnd: at => shares.expectEnd(at)
  });
  const shares = new Shares({
    ...{ store, identity, clock, log },
    notices: watch,
    most: config.sharesPerDocument
  });
  const documents = new Documents({
    ...{ store, views, files, clock },
    rooms: live,
    notices: watch,
    seed: seedUpdate,
    most: config.documentsPerPerson
  });
  return { watch, shares, documents };
}
