/**
 * `npm run bench samples`: what the samples of users' servers cost the
 * companion, first in memory, then over sockets whose other ends are in a
 * process of their own. CPU of the companion's process alone, all threads.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { Links } from '../src/live/link.ts';
import { createLog } from '../src/log.ts';
import type { Clock } from '../src/rooms/types.ts';
import { Samples } from '../src/usage/samples.ts';
import { TestLink } from '../test/usage/test-link.ts';
import { sampleFrame } from './quota/sample-frame.ts';

const SERVERS = Number(process.env.COMMONS_BENCH_SERVERS ?? 5_000);
const SOCKETS = Number(process.env.COMMONS_BENCH_SOCKETS ?? 500);
const ROUNDS = 20;
/** A server tells something this often while it works. */
const EVERY_SECONDS = 10;
const PACED_SECONDS = 10;
const CLIENTS = '--clients';

const frame = (server: number, seq: number) =>
  sampleFrame(server, seq, EVERY_SECONDS);

/** The companion's part, on time that is moved by hand. */
function companion() {
  const time = { now: Date.UTC(2026, 0, 1) };
  const clock: Clock = {
    now: () => Math.round(time.now),
    monotonic: () => time.now,
    after: () => () => {}
  };
  const log = createLog({ level: 'warn', write: line => console.error(line) });
  const links = new Links({ clock, log, mostChars: 1024, gatherMs: 0 });
  const samples = new Samples({ links, clock, log });
  return { time, links, samples };
}

const cpuMicroseconds = (since: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since);
  return user + system;
};

function print(name: string, micros: number, samples: number): void {
  const each = micros / samples;
  const share = (servers: number) =>
    `${((each * servers) / EVERY_SECONDS / 1e4).toFixed(2)} %`.padStart(8);
  console.log(
    `${name.padEnd(46)} ${each.toFixed(1).padStart(6)} ${share(5_000)} ${share(10_000)}   ${samples}`
  );
}

/** Frames go through everything but the socket. */
function inMemory(): void {
  const { time, links, samples } = companion();
  const ends = Array.from({ length: SERVERS }, (_, index) =>
    TestLink.greeted(links, `user${index}`)
  );
  let micros = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    time.now += EVERY_SECONDS * 1000;
    const frames = ends.map((_, index) => frame(index, round));
    const since = process.cpuUsage();
    ends.forEach((end, index) => end.emit('message', frames[index], false));
    // The first round warms up.
    micros += round === 0 ? 0 : cpuMicroseconds(since);
  }
  if (samples.counts.taken !== SERVERS * (ROUNDS + 1)) {
    throw new Error(`not all were taken: ${JSON.stringify(samples.counts)}`);
  }
  print(`in memory, ${SERVERS} links`, micros, SERVERS * ROUNDS);
}

/** The other ends: each message from the parent is a round, spread over so many milliseconds. */
async function clients(port: number): Promise<void> {
  const sockets = await Promise.all(
    Array.from({ length: SOCKETS }, async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`);
      await once(socket, 'open');
      socket.send(JSON.stringify({ news: 'hello', protocol: 1 }));
      return socket;
    })
  );
  let seq = 0;
  process.on('message', (spreadMs: number) => {
    seq++;
    const frames = sockets.map((_, index) => String(frame(index, seq)));
    const began = performance.now();
    let next = 0;
    const send = () => {
      const share = spreadMs === 0 ? 1 : (performance.now() - began) / spreadMs;
      for (; next < Math.min(SOCKETS, share * SOCKETS); next++) {
        sockets[next]!.send(frames[next]!);
      }
      if (next < SOCKETS) {
        setTimeout(send, 1);
      }
    };
    send();
  });
  process.on('disconnect', () => process.exit());
}

/** A companion with real links to the clients in another process. */
async function linked() {
  const { time, links, samples } = companion();
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    perMessageDeflate: false
  });
  await once(server, 'listening');
  const count = { links: 0, samples: 0 };
  let wake = () => {};
  const until = async (look: () => boolean) => {
    while (!look()) {
      await new Promise<void>(resolve => (wake = resolve));
    }
  };
  links.listen({ up: () => void (++count.links === SOCKETS && wake()) });
  samples.listen({
    used: () => void (++count.samples % SOCKETS === 0 && wake())
  });
  server.on('connection', socket => {
    const user = `user${server.clients.size}`;
    const nobody = { displayName: user, groups: [], admin: false };
    links.attach(socket, { user, server: '', ...nobody });
  });
  const { port } = server.address() as AddressInfo;
  const child = fork(import.meta.filename, [CLIENTS, String(port)]);
  await until(() => count.links === SOCKETS);
  return {
    /** Every client tells one sample. */
    async round(spreadMs: number) {
      time.now += EVERY_SECONDS * 1000;
      const wanted = count.samples + SOCKETS;
      child.send(spreadMs);
      await until(() => count.samples === wanted);
    },
    close() {
      child.disconnect();
      server.clients.forEach(socket => socket.terminate());
      server.close();
    }
  };
}

async function overSockets(): Promise<void> {
  const { round, close } = await linked();
  try {
    await round(0);
    for (const [name, spreadMs, rounds] of [
      [`${SOCKETS} sockets, as fast as they can`, 0, 5 * ROUNDS],
      [`${SOCKETS} sockets, ${SOCKETS} samples a second`, 1000, PACED_SECONDS]
    ] as const) {
      const since = process.cpuUsage();
      for (let each = 0; each < rounds; each++) {
        await round(spreadMs);
      }
      print(name, cpuMicroseconds(since), rounds * SOCKETS);
    }
  } finally {
    close();
  }
}

if (process.argv[2] === CLIENTS) {
  await clients(Number(process.argv[3]));
} else {
  console.log(
    `A sample is ${frame(0, 1000).length} bytes; each server tells one every ${EVERY_SECONDS} s.`
  );
  console.log(
    `${'CPU of the companion'.padEnd(46)} ${'µs'.padStart(6)} ${'5,000'.padStart(8)} ${'10,000'.padStart(8)}   samples`
  );
  inMemory();
  await overSockets();
}
