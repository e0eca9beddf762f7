/** A process: the hub with its people, and the servers that are linked to the companion. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { StubHub } from '../../test/hub/stub-hub.ts';
import { answers } from './child.ts';
import { groupsOf, nameOf, type Size } from './past.ts';
import { sampleFrame } from './sample-frame.ts';

const BUSY_SECONDS = 10;
const IDLE_SECONDS = 60;
/** As a user's server does. */
const PING_MS = 30_000;
const LOOK_MS = 100;
const DIALS = 25;

const hub = new StubHub();
const sockets: WebSocket[] = [];
let size: Size = { people: 0, servers: 0 };
let told = 0;

/** The first so many people run a server, as a hub tells of it. */
async function open(wanted: Size): Promise<{ url: string; token: string }> {
  size = wanted;
  for (let number = 0; number < size.people; number++) {
    const name = nameOf(number);
    const started = new Date(Date.now() - 3_600_000).toISOString();
    const server = {
      ...{ started, last_activity: started, url: `/user/${name}/` },
      progress_url: `/hub/api/users/${name}/server/progress`,
      user_options: { profile: 'all', image: 'registry.example.org/image:tag' }
    };
    hub.add(name, {
      groups: groupsOf(number),
      displayName: `Person ${number}`,
      ...(number < size.servers ? { servers: { '': server } } : {})
    });
  }
  hub.add('root', { admin: true });
  await hub.start();
  return { url: hub.url, token: hub.serviceToken };
}

/** As a server without live documents does: whatever it is asked, it is done. */
function answer(socket: WebSocket, text: string): void {
  const { id } = JSON.parse(text) as { id?: number };
  if (id !== undefined) {
    socket.send(JSON.stringify({ id, done: {} }));
  }
}

async function dial(base: string, number: number): Promise<WebSocket> {
  const socket = new WebSocket(`${base.replace('http', 'ws')}link`, {
    perMessageDeflate: false,
    headers: { authorization: `token page-token-of-${nameOf(number)}` }
  });
  socket.on('message', data => answer(socket, String(data)));
  await once(socket, 'open');
  socket.send(JSON.stringify({ news: 'hello', protocol: 1, version: '0.1.0' }));
  setTimeout(
    () => setInterval(() => socket.ping(), PING_MS),
    Math.random() * PING_MS
  );
  return socket;
}

/** Every other server is at work, the others are idle; each has its own beat. */
function speak(socket: WebSocket, number: number): void {
  const seconds = number % 2 === 0 ? BUSY_SECONDS : IDLE_SECONDS;
  let seq = 0;
  const tell = () => {
    socket.send(String(sampleFrame(number, ++seq, seconds)));
    told++;
  };
  setTimeout(
    () => {
      tell();
      setInterval(tell, seconds * 1000);
    },
    Math.random() * seconds * 1000
  );
}

async function link(base: string): Promise<void> {
  for (let first = 0; first < size.servers; first += DIALS) {
    const some = Array.from(
      { length: Math.min(DIALS, size.servers - first) },
      (_, index) => dial(base, first + index)
    );
    sockets.push(...(await Promise.all(some)));
  }
  sockets.forEach(speak);
}

/** Resolves when the companion has asked for the last page of those who have a server. */
async function polled(): Promise<void> {
  hub.asked.length = 0;
  const isLast = (path: string) => {
    const query = new URLSearchParams(path.split('?')[1]);
    const end = Number(query.get('offset')) + Number(query.get('limit'));
    return query.get('state') === 'active' && end >= size.servers;
  };
  while (!hub.asked.some(isLast)) {
    hub.asked.length = 0;
    await new Promise(resolve => setTimeout(resolve, LOOK_MS));
  }
}

answers({
  open,
  link,
  polled,
  told: () => told,
  lost: () =>
    sockets.filter(({ readyState }) => readyState !== WebSocket.OPEN).length,
  /** What the hub sends an admin back with. */
  grant: (challenge: string) => {
    const code = 'code-of-root';
    hub.codes.set(code, { token: 'page-token-of-root', challenge });
    return code;
  }
});
