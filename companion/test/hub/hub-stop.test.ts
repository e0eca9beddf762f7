/** What the hub is asked for a stop, over real HTTP; answers as hubs 5 and 6 give them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type CommonsError } from '@jupyterlab-commons/protocol';
import { HubClient } from '../../src/hub/hub-client.ts';
import { TestClock } from '../rooms/test-clock.ts';

describe('stopping a server through the hub', () => {
  let server: Server;
  let hub: HubClient;
  let asked: string[];
  let answer: { status: number; body?: unknown } | 'nothing';

  beforeEach(async () => {
    asked = [];
    answer = { status: 204 };
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      assert.equal(request.headers.authorization, 'token service-token');
      if (answer === 'nothing') {
        response.destroy();
        return;
      }
      response
        .writeHead(answer.status, { 'content-type': 'application/json' })
        .end(answer.body === undefined ? '' : JSON.stringify(answer.body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    hub = new HubClient({
      apiUrl: `http://127.0.0.1:${port}/hub/api`,
      apiToken: 'service-token',
      clock: new TestClock()
    });
  });
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  const refusal = (call: Promise<unknown>) =>
    call.then(
      () => assert.fail('it was not refused'),
      (error: CommonsError) => `${error.code} ${error.detail ?? ''}`.trim()
    );

  it('names user and server in the path, whatever they are called', async () => {
    await hub.stopServer('a@b/c', '');
    await hub.stopServer('ada', 'x y/..');
    assert.deepEqual(asked, [
      'DELETE /hub/api/users/a%40b%2Fc/server',
      'DELETE /hub/api/users/ada/servers/x%20y%2F..'
    ]);
  });

  it('tells what has gone from what is going', async () => {
    assert.equal(await hub.stopServer('ada', ''), 'gone');
    answer = { status: 202 };
    assert.equal(await hub.stopServer('ada', ''), 'stopping');
    answer = { status: 404, body: { message: 'no such server' } };
    assert.equal(await hub.stopServer('ada', 'x'), 'gone');
  });

  it('a missing scope is said, and the hub is not taken for away', async () => {
    answer = { status: 403, body: {} };
    assert.match(await refusal(hub.stopServer('ada', '')), /lacks a scope/);
    assert.equal(hub.absence, null);
  });

  it('a hub that cannot stop it has answered nevertheless', async () => {
    answer = { status: 500, body: {} };
    assert.equal(
      await refusal(hub.stopServer('ada', '')),
      'INTERNAL the hub answers 500'
    );
    assert.equal(hub.absence, null);
  });

  it('a hub that does not answer, or a proxy in its place, is away', async () => {
    for (const each of ['nothing', { status: 503 }] as const) {
      answer = each;
      assert.equal(await refusal(hub.stopServer('ada', '')), 'HUB_ABSENT');
      assert.equal(hub.absence?.until, null);
    }
  });

  it('finds the run of a server by its start', async () => {
    const servers = {
      '': { started: '2026-01-01T10:00:00.123456Z', ready: true },
      gpu: { started: null, pending: 'spawn' }
    };
    answer = { status: 200, body: { name: 'ada', servers } };
    assert.deepEqual(await hub.server('ada', ''), {
      started: Date.UTC(2026, 0, 1, 10, 0, 0, 123)
    });
    assert.deepEqual(await hub.server('ada', 'gpu'), { started: null });
    assert.equal(await hub.server('ada', 'other'), null);
    assert.equal(await hub.server('ada', 'constructor'), null);
  });

  it('servers that it may not see are not taken for none', async () => {
    answer = { status: 200, body: { name: 'ada' } };
    assert.match(await refusal(hub.server('ada', '')), /lacks a scope/);
  });
});
