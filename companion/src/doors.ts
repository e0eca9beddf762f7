/** HTTP and WebSocket in front of the parts; both let in by the same rules. */
import type { Config } from './config.ts';
import { dashboardDoor } from './dashboard/parts.ts';
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
import { secretCheck } from './hub/secret.ts';
import { closeSocket } from './live/sockets.ts';
import { attachSync } from './live/sync.ts';
import { Upgrades, type Halls } from './live/upgrade.ts';
import { metricsText } from './metrics/parts.ts';
import type { DocumentParts, Given, PeopleParts } from './parts.ts';
import { People } from './sharing/people.ts';

/** The server, which listens to nothing yet, and the sockets that it lets in. */
export function doorParts(
  given: Given,
  people: PeopleParts,
  documents: DocumentParts,
  condition: Condition
) {
  const { config, key, clock, log } = given;
  const { prefix, messageBytes } = config;
  const { callers, door, hub, sessions } = people;
  const origins = new Origins(listedOrigins(config));
  const shared = {
    callers,
    door,
    clock,
    signIns: new Rate(config.signInsPerMinute),
    proxies: new Set(config.proxies)
  };
  const router = new Router({
    ...shared,
    secrets: {
      hook: secretCheck(config.hookToken),
      metrics: secretCheck(config.metricsToken)
    },
    resources: resourcesOf(given, people, documents, condition),
    bodyBytes: config.bodyBytes,
    requestsPerMinute: config.requestsPerMinute
  });
  const frontDoor = dashboardDoor({
    ...{ config, key, hub, sessions, clock, log },
    maySee: visitor => documents.quota.maySee(visitor)
  });
  const server = createHttpServer({ prefix, origins, router, frontDoor, log });
  const halls = hallsOf(given, documents);
  const limits = { prefix, origins, halls, messageBytes, log };
  const upgrades = new Upgrades({ ...shared, ...people, ...limits });
  server.on('upgrade', (request, socket, head) =>
    upgrades.handle(request, socket, head)
  );
  return { server, upgrades };
}

/** One resource for each row of the route table. */
function resourcesOf(
  given: Given,
  { identity, callers, tickets, sockets }: PeopleParts,
  parts: DocumentParts,
  condition: Condition
): Resources {
  const { config, store, clock } = given;
  const { documents, views, live, files, shares, quota } = parts;
  const { directory, bodyBytes, documentBytes, uploadBytes } = config;
  const metrics = metricsText({ ...given, ...parts, sockets });
  const uploads = new Uploads({
    clock,
    chunkBytes: bodyBytes,
    mostBytes: documentBytes,
    totalBytes: uploadBytes
  });
  const now = () => clock.now();
  const people = new People({ store, identity, directory, now });
  return {
    ...infoResources(config, condition),
    ...sessionResource(callers),
    ...peopleResource(people),
    ...documentResources({
      ...{ documents, views, files, uploads, store },
      rooms: live
    }),
    ...shareResources(shares),
    ...quota.resources(),
    ...metricsResource(() => metrics.text()),
    ...ticketResources({ tickets, documents, clock })
  };
}

/** Where open sockets lead to. */
function hallsOf(
  { clock }: Given,
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

/** The origins that are listed besides the companion's own. */
function listedOrigins({ origins, publicUrl }: Config): string[] {
  return publicUrl === '' ? origins : [...origins, new URL(publicUrl).origin];
}
