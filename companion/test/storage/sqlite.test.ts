import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { documentGroup } from '../../src/storage/sqlite/document-group.ts';
import type { FromWorker } from '../../src/storage/sqlite/messages.ts';
import { prepareSchema } from '../../src/storage/sqlite/schema.ts';
import { openStore } from '../../src/storage/open.ts';
import { randomFrom, seedOf } from '../chance.ts';
import { bytes, documentOf, idOf, row, storeContract } from './contract.ts';

const folders: string[] = [];

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'commons-store-'));
  folders.push(path);
  return path;
}

after(() => folders.forEach(path => rmSync(path, { recursive: true })));

storeContract('sqlite', () => openStore(folder()));

function fileOf(directory: string): string {
  return join(directory, 'commons.sqlite');
}

test('everything is there after closing and opening again', async () => {
  const directory = folder();
  const first = await openStore(directory);
  await first.createDocument(documentOf('a'), row(1));
  await first.append(idOf('a'), [row(2)], [[5, 'ada']]);
  await first.close();
  const second = await openStore(directory);
  const { rows, owners } = await second.load(idOf('a'));
  assert.deepEqual(rows, [row(1), row(2)]);
  assert.equal(owners.get(5), 'ada');
  await second.close();
});

test('the store is readable for its own user alone', async () => {
  const directory = join(folder(), 'new');
  const store = await openStore(directory);
  await store.createDocument(documentOf('a'), row(1));
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  for (const ending of ['', '-wal', '-shm']) {
    assert.equal(statSync(fileOf(directory) + ending).mode & 0o077, 0, ending);
  }
  await store.close();
});

test('a store of a newer companion is refused in one sentence', async () => {
  const directory = folder();
  await (await openStore(directory)).close();
  const db = new DatabaseSync(fileOf(directory));
  db.exec('PRAGMA user_version = 99');
  db.close();
  await assert.rejects(
    openStore(directory),
    /newer companion .* update the companion/
  );
});

test('a store of the first format is brought up to date with all that is in it', async () => {
  const directory = folder();
  const before = await openStore(directory);
  await before.createDocument(documentOf('a'), row(1, ''));
  await before.append(idOf('a'), [row(2), row(3, 'bob'), row(4)], []);
  await before.close();
  const db = new DatabaseSync(fileOf(directory));
  db.exec(
    `ALTER TABLE documents DROP COLUMN file_sent;
     ALTER TABLE journal DROP COLUMN mark;
     DROP TABLE asides;
     DROP TABLE contributions;
     PRAGMA user_version = 1`
  );
  db.close();
  const store = await openStore(directory);
  assert.deepEqual(await store.document(idOf('a')), documentOf('a'));
  const file = { ...documentOf('a').file, sent: 'ff' };
  await store.updateDocument(idOf('a'), { file });
  assert.equal((await store.document(idOf('a')))?.file.sent, 'ff');
  assert.deepEqual((await store.load(idOf('a'))).rows, [
    row(1, ''),
    ...[row(2), row(3, 'bob'), row(4)]
  ]);
  await store.append(idOf('a'), [row(5, 'bob'), row(6, 'bob')], []);
  assert.deepEqual(await store.contributions(idOf('a'), 0, 9), [
    { user: 'bob', changes: 3, at: 1006 },
    { user: 'ada', changes: 2, at: 1004 }
  ]);
  await store.putAside(idOf('a'), { x: bytes(1) });
  assert.deepEqual(await store.aside(idOf('a'), 'x'), bytes(1));
  await store.close();
});

test('what is kept beside a document is not handed out when it is damaged', async () => {
  const directory = folder();
  const store = await openStore(directory);
  await store.createDocument(documentOf('a'), row(1));
  await store.putAside(idOf('a'), { x: bytes(1, 2), y: bytes(3) });
  await store.close();
  const db = new DatabaseSync(fileOf(directory));
  db.exec("UPDATE asides SET data = x'0103' WHERE name = 'x'");
  db.close();
  const again = await openStore(directory);
  assert.equal(await again.aside(idOf('a'), 'x'), null);
  assert.deepEqual(await again.aside(idOf('a'), 'y'), bytes(3));
  await again.close();
});

test('S13 while another process holds the lock calls wait, reads are answered, and nothing is lost', async () => {
  const directory = folder();
  const health: boolean[] = [];
  let onBusy = () => {};
  const busy = new Promise<void>(resolve => {
    onBusy = resolve;
  });
  const store = await openStore(directory, {
    onHealth: healthy => {
      health.push(healthy);
      onBusy();
    }
  });
  await store.createDocument(documentOf('a'), row(1));
  const other = new DatabaseSync(fileOf(directory));
  other.exec('BEGIN IMMEDIATE');
  const waiting = store.append(idOf('a'), [row(2)], []);
  await busy;
  assert.equal(store.healthy(), false);
  assert.equal((await store.document(idOf('a')))?.id, idOf('a'));
  other.exec('ROLLBACK');
  other.close();
  await waiting;
  assert.equal(store.healthy(), true);
  assert.deepEqual(health, [false, true]);
  assert.equal((await store.load(idOf('a'))).rows.length, 2);
  await store.close();
});

/** A database whose next commits fail with these result codes. */
class FailingDatabase extends DatabaseSync {
  codes: number[] = [];

  override exec(sql: string): void {
    const code = sql === 'COMMIT' ? this.codes.shift() : undefined;
    if (code !== undefined) {
      throw Object.assign(new Error(`result code ${code}`), { errcode: code });
    }
    super.exec(sql);
  }
}

/** The worker's half of a store, and what it says. */
function failingGroup(codes: number[]) {
  const db = new FailingDatabase(':memory:');
  prepareSchema(db);
  const said: FromWorker[] = [];
  let onSaid = () => {};
  const group = documentGroup(db, message => {
    said.push(message);
    onSaid();
  });
  const until = (wanted: (message: FromWorker) => boolean) =>
    new Promise<void>(resolve => {
      onSaid = () => said.some(wanted) && resolve();
      onSaid();
    });
  db.codes = codes;
  group.add({
    id: 1,
    method: 'createDocument',
    args: [documentOf('a'), row(1)]
  });
  return { db, group, said, until };
}

test('C6 a flush that fails for good is told as fatal, and nothing is answered', async () => {
  const { db, group, said, until } = failingGroup([10]);
  await until(message => 'fatal' in message);
  group.add({ id: 2, method: 'document', args: [idOf('a')] });
  group.close();
  assert.deepEqual(said, [{ fatal: 'result code 10' }]);
  db.close();
});

test('S13 a full disk is waited for; the group is written once there is room', async () => {
  const { db, group, said, until } = failingGroup([13, 13, 5]);
  await until(message => 'answers' in message);
  assert.deepEqual(
    said.map(message => Object.keys(message)[0]),
    ['healthy', 'healthy', 'healthy', 'healthy', 'answers']
  );
  assert.deepEqual(said.slice(-2), [
    { healthy: true, reason: '' },
    { answers: [{ id: 1, value: undefined }] }
  ]);
  group.close();
  db.close();
});

/** Kills a process that writes in a loop; answers what it was told is on disk. */
async function killedWriter(
  directory: string,
  acknowledgements: number
): Promise<number> {
  const script = join(import.meta.dirname, 'writer.ts');
  const child = spawn(process.execPath, [script, directory], {
    stdio: ['ignore', 'pipe', 'inherit']
  });
  let last = 0;
  let told = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    if (++told === acknowledgements) {
      child.kill('SIGKILL');
    }
  }
  if (child.exitCode === null && child.signalCode === null) {
    await once(child, 'exit');
  }
  return last;
}

test('C1 a writer is killed again and again: every acknowledged row is there', async () => {
  const directory = folder();
  const setup = await openStore(directory);
  await setup.createDocument(documentOf('a'), row(1));
  await setup.close();
  const kills = Number(process.env.COMMONS_KILLS ?? 5);
  for (let kill = 0; kill < kills; kill++) {
    const acknowledged = await killedWriter(directory, 20 + 13 * kill);
    const store = await openStore(directory);
    const { snapshot, rows } = await store.load(idOf('a'));
    const last = rows.at(-1)?.seq ?? snapshot?.seq ?? 0;
    assert.ok(
      last >= acknowledged,
      `${last} rows of ${acknowledged} acknowledged ones`
    );
    await store.close();
  }
});

async function damagedCopy(change: (path: string) => void): Promise<string> {
  const directory = folder();
  const store = await openStore(directory);
  for (const letter of ['a', 'b', 'c']) {
    await store.createDocument(
      documentOf(letter),
      row(1, '', marked(letter, 1))
    );
    await store.append(idOf(letter), [row(2, 'ada', marked(letter, 2))], []);
    await store.compact(idOf(letter), 2, marked(letter, 3));
    await store.append(idOf(letter), [row(3, 'ada', marked(letter, 4))], []);
    await store.compact(idOf(letter), 3, marked(letter, 5));
    await store.append(idOf(letter), [row(4, 'ada', marked(letter, 6))], []);
  }
  await store.close();
  change(fileOf(directory));
  return directory;
}

/** Bytes that can be found again in the file. */
function marked(letter: string, number: number): Uint8Array {
  return new TextEncoder().encode(`<${letter}${number}>`.repeat(300));
}

function spoil(path: string, letter: string, number: number): void {
  const content = readFileSync(path);
  const at = content.indexOf(`<${letter}${number}><${letter}${number}>`);
  assert.ok(at > 0);
  content[at + 5]! ^= 1;
  writeFileSync(path, content);
}

test('C5 a damaged row refuses its document; the others are served', async () => {
  const store = await openStore(await damagedCopy(path => spoil(path, 'b', 6)));
  await assert.rejects(store.load(idOf('b')), {
    code: 'INTERNAL',
    detail: /row 4 .* damaged/
  });
  for (const letter of ['a', 'c']) {
    const { snapshot, rows } = await store.load(idOf(letter));
    assert.equal(snapshot?.seq, 3);
    assert.deepEqual(rows[0]?.update, marked(letter, 6));
  }
  await store.close();
});

test('J3 a damaged newest snapshot loses nothing: the one before it and the rows since are there', async () => {
  const store = await openStore(await damagedCopy(path => spoil(path, 'b', 5)));
  const { snapshot, rows } = await store.load(idOf('b'));
  assert.deepEqual(snapshot, { seq: 2, state: marked('b', 3) });
  assert.deepEqual(
    rows.map(({ seq }) => seq),
    [3, 4]
  );
  await store.append(idOf('b'), [row(5)], []);
  await store.compact(idOf('b'), 5, bytes(9));
  assert.equal((await store.load(idOf('b'))).snapshot?.seq, 5);
  await store.close();
});

test('random bytes flipped all over the file: never wrong content, only refusals', async () => {
  const seed = seedOf('flipped bytes');
  const random = randomFrom(seed);
  const whole = await damagedCopy(() => undefined);
  for (let run = 0; run < 20; run++) {
    const directory = folder();
    copyFileSync(fileOf(whole), fileOf(directory));
    const content = readFileSync(fileOf(directory));
    for (let flips = 0; flips < 4; flips++) {
      content[100 + random(content.length - 100)]! ^= 1 << random(8);
    }
    writeFileSync(fileOf(directory), content);
    const store = await openStore(directory).catch(() => null);
    for (const letter of store === null ? [] : ['a', 'b', 'c']) {
      const loaded = await store!.load(idOf(letter)).catch(() => null);
      for (const each of loaded?.rows ?? []) {
        assert.deepEqual(
          each.update,
          marked(letter, each.seq === 4 ? 6 : 4),
          `seed ${seed}, run ${run}`
        );
      }
    }
    await store?.close();
  }
});

test('a torn end of the write-ahead log costs only what was never acknowledged', async () => {
  const directory = folder();
  const copy = folder();
  const store = await openStore(directory);
  await store.createDocument(documentOf('a'), row(1));
  await store.append(idOf('a'), [row(2)], []);
  const whole = statSync(`${fileOf(directory)}-wal`).size;
  await store.append(idOf('a'), [row(3)], []);
  for (const ending of ['', '-wal']) {
    copyFileSync(fileOf(directory) + ending, fileOf(copy) + ending);
  }
  await store.close();
  truncateSync(`${fileOf(copy)}-wal`, whole + 1000);
  const torn = await openStore(copy);
  assert.deepEqual((await torn.load(idOf('a'))).rows, [row(1), row(2)]);
  await torn.append(idOf('a'), [row(3)], []);
  await torn.close();
});
