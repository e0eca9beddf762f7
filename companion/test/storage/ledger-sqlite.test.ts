import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import type { ReportedSum } from '../../src/storage/ledger-store.ts';
import { ledgerGroup } from '../../src/storage/sqlite/ledger-calls.ts';
import { prepareLedgerSchema } from '../../src/storage/sqlite/ledger-schema.ts';
import { openSqliteLedger } from '../../src/storage/sqlite/sqlite-ledger.ts';
import { ledgerContract } from './ledger-contract.ts';
import { allRuns, hourOf, runOf, START } from './ledger-samples.ts';

const folders: string[] = [];

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'commons-ledger-'));
  folders.push(path);
  return path;
}

after(() => folders.forEach(path => rmSync(path, { recursive: true })));

ledgerContract('sqlite', () => openSqliteLedger(folder()));

const fileOf = (directory: string) => join(directory, 'ledger.sqlite');
const poll = (...runs: ReturnType<typeof runOf>[]) => ({
  runs,
  seen: null,
  users: []
});

/** Open, and what was said of it meanwhile. */
async function watched(directory: string) {
  const health: boolean[] = [];
  const aside: string[] = [];
  let wake = () => {};
  const store = await openSqliteLedger(directory, {
    onHealth: healthy => {
      health.push(healthy);
      wake();
    },
    onSetAside: path => aside.push(path)
  });
  const ill = async () => {
    while (store.healthy()) {
      await new Promise<void>(resolve => {
        wake = resolve;
      });
    }
  };
  return { store, health, aside, ill };
}

test('a ledger is there after closing and opening again, for its own user alone', async () => {
  const directory = folder();
  const first = await openSqliteLedger(directory);
  await first.putPoll(poll(runOf()));
  for (const ending of ['', '-wal', '-shm']) {
    assert.equal(statSync(fileOf(directory) + ending).mode & 0o077, 0, ending);
  }
  const last = first.putMeta('said', 'before the end');
  await first.close();
  await last;
  await assert.rejects(first.putMeta('x', 'y'), { code: 'STOPPING' });
  const second = await openSqliteLedger(directory);
  assert.deepEqual(await allRuns(second), [runOf()]);
  assert.deepEqual(await second.meta(), { said: 'before the end' });
  await second.close();
});

test('a ledger of a newer companion is refused in one sentence', async () => {
  const directory = folder();
  await (await openSqliteLedger(directory)).close();
  const db = new DatabaseSync(fileOf(directory));
  db.exec('PRAGMA user_version = 99');
  db.close();
  await assert.rejects(openSqliteLedger(directory), /newer companion/);
});

test('while the file is locked calls wait, reads are answered, and it is told', async () => {
  const directory = folder();
  const { store, health, ill } = await watched(directory);
  await store.putMeta('a', '1');
  const other = new DatabaseSync(fileOf(directory));
  other.exec('BEGIN IMMEDIATE');
  const waiting = [store.putMeta('a', '2'), store.putPoll(poll(runOf()))];
  await ill();
  assert.deepEqual(await store.meta(), { a: '1' });
  other.exec('ROLLBACK');
  other.close();
  await Promise.all(waiting);
  assert.deepEqual(await store.meta(), { a: '2' });
  assert.deepEqual(health, [false, true]);
  await store.close();
});

test('a file that is locked when it is opened keeps nobody waiting but its calls', async () => {
  const directory = folder();
  await (await openSqliteLedger(directory)).close();
  const other = new DatabaseSync(fileOf(directory));
  other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  const { store } = await watched(directory);
  assert.equal(store.healthy(), false);
  const waiting = store.putMeta('a', '1');
  other.close();
  await waiting;
  assert.equal(store.healthy(), true);
  await store.close();
});

test('a file that cannot be written ends what waits for it, when it is closed', async () => {
  const directory = folder();
  await (await openSqliteLedger(directory)).close();
  const other = new DatabaseSync(fileOf(directory));
  other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  const { store } = await watched(directory);
  const waiting = store.putMeta('a', '1');
  const refused = assert.rejects(waiting, { code: 'STORE_BUSY' });
  await store.close();
  await refused;
  other.close();
});

test('a damaged file is put aside whole, and a new one begun', async () => {
  const directory = folder();
  writeFileSync(fileOf(directory), 'not a database at all'.repeat(500));
  const { store, health, aside } = await watched(directory);
  await store.putPoll(poll(runOf()));
  assert.deepEqual(await allRuns(store), [runOf()]);
  assert.deepEqual(health, [false, true]);
  assert.match(readFileSync(aside[0]!, 'utf8'), /^not a database/);
  await store.close();
});

test('damage that is met in use answers the call from a new file', async () => {
  const directory = folder();
  const before = await openSqliteLedger(directory);
  const runs = Array.from({ length: 2000 }, (_, index) =>
    runOf({ user: `user ${index}` })
  );
  await before.putPoll(poll(...runs));
  await before.close();
  const content = readFileSync(fileOf(directory));
  content.fill(0xff, 3 * 4096, Math.floor(content.length / 8192) * 4096);
  writeFileSync(fileOf(directory), content);
  const { store, aside } = await watched(directory);
  assert.deepEqual(await allRuns(store), []);
  await store.putPoll(poll(runOf()));
  assert.equal((await allRuns(store)).length, 1);
  assert.equal(aside.length, 1);
  await store.close();
});

test('a ledger of the first format is brought up to date with all that is in it', async () => {
  const directory = folder();
  const wish = { user: 'ada', at: START, policy: 'gpu', message: 'please' };
  const before = await openSqliteLedger(directory);
  await before.putRequest(wish);
  await before.close();
  const db = new DatabaseSync(fileOf(directory));
  db.exec(
    `ALTER TABLE requests DROP COLUMN declined;
     PRAGMA user_version = 1`
  );
  db.close();
  const store = await openSqliteLedger(directory);
  assert.deepEqual(await store.requests(), [wish]);
  const declined = { at: START + 1, by: 'root', reason: '' };
  await store.putRequest({ ...wish, declined });
  assert.deepEqual(await store.requests(), [{ ...wish, declined }]);
  await store.close();
});

test('a call that is made again, because nobody knows whether it was written, adds nothing', async () => {
  const db = new DatabaseSync(':memory:');
  prepareLedgerSchema(db);
  const answers: unknown[] = [];
  const group = ledgerGroup(db, message => {
    if ('answers' in message) {
      answers.push(
        ...message.answers.map(each => 'value' in each && each.value)
      );
    }
  });
  const entry = {
    ...{ at: 1, actor: 'root', user: 'ada', detail: '' },
    action: 'override' as const
  };
  for (const id of [1, 2]) {
    group.add({ id, method: 'audit', args: ['call 1', entry] });
    group.add({ id, method: 'putReported', args: ['call 2', [hourOf()], []] });
  }
  group.add({ id: 3, method: 'audited', args: [null, 9, null] });
  group.add({ id: 4, method: 'reported', args: ['ada', 0, START + 1] });
  group.close();
  const [audited, reported] = answers.slice(-2) as [unknown[], ReportedSum[]];
  assert.equal(audited.length, 1);
  assert.equal(reported[0]?.cpuSeconds, hourOf().cpuSeconds);
  db.close();
});

test('a disk that takes no more is waited for: nothing is lost, nothing twice, nothing crashes', async () => {
  const directory = folder();
  await (await openSqliteLedger(directory)).close();
  const script = join(import.meta.dirname, 'ledger-writer.ts');
  // 512-byte blocks; the shell has the signal ignored, so that a write fails instead.
  const child = spawn(
    'sh',
    [
      '-c',
      `trap '' XFSZ; ulimit -S -f 2000; exec "$0" "$@"`,
      ...[process.execPath, script, directory]
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] }
  );
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === 'unhealthy') {
      execFileSync('prlimit', [
        `--pid=${child.pid}`,
        '--fsize=unlimited:unlimited'
      ]);
    }
  }
  if (child.exitCode === null) {
    await once(child, 'exit');
  }
  assert.equal(child.exitCode, 0, lines.join());
  assert.deepEqual(lines, ['open', 'unhealthy', 'healthy', 'done']);
  const store = await openSqliteLedger(directory);
  const audited = await store.audited(null, 1000, null);
  assert.deepEqual(
    audited.map(({ at }) => at),
    Array.from({ length: 40 }, (_, index) => 39 - index)
  );
  assert.equal((await store.meta()).value?.trim(), '39');
  await store.close();
});
