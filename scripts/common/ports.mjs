/** Ports of the loopback interface. */
import { createServer } from 'node:net';

function probe(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

const close = server => new Promise(resolve => server.close(resolve));

/** `count` different ports that were free a moment ago. */
export async function freePorts(count) {
  const servers = [];
  for (let index = 0; index < count; index++) {
    servers.push(await probe(0));
  }
  const ports = servers.map(server => server.address().port);
  await Promise.all(servers.map(close));
  return ports;
}

/** `first`, or the next port after it that is free. */
export async function nextFreePort(first) {
  for (let port = first; port < first + 100; port++) {
    try {
      await close(await probe(port));
      return port;
    } catch (error) {
      if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') {
        throw error;
      }
    }
  }
  throw new Error(`No port from ${first} to ${first + 99} is free.`);
}
