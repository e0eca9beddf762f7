/** Q4: the file is read again when it changes; one that cannot be used changes nothing. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createLog } from '../../src/log.ts';
import { PolicySource } from '../../src/quota/policy-source.ts';
import { MemoryLedgerStore } from '../../src/storage/ledger-memory.ts';
import { TestClock } from '../rooms/test-clock.ts';

const fileWith = (limit: number | string) =>
  `policies: [{name: a, resource: server-hours, limit: ${limit}, window: {calendar: day}}]\n`;

describe('the file of policies while it is in use', () => {
  let folder: string;
  let path: string;
  let store: MemoryLedgerStore;
  let clock: TestClock;
  let lines: string[];
  let audited: string[];
  let changes: number;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'commons-policies-'));
    path = join(folder, 'quota.yaml');
    store = new MemoryLedgerStore();
    clock = new TestClock();
    [lines, audited, changes] = [[], [], 0];
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function started(): Promise<PolicySource> {
    const source = new PolicySource({
      path,
      store,
      audit: ({ action, detail }) => audited.push(`${action} ${detail}`),
      changed: () => changes++,
      clock,
      log: createLog({ level: 'info', write: line => lines.push(line) })
    });
    await source.start();
    return source;
  }

  /** Time passes, and what the look that is due found has been taken in. */
  async function later(source: PolicySource): Promise<void> {
    clock.advance(3_000);
    await source.look();
  }

  const limit = (source: PolicySource) => source.set.policies[0]?.limit;

  it('a change is noticed within seconds, and told', async () => {
    await writeFile(path, fileWith(1));
    const source = await started();
    assert.deepEqual(
      [limit(source), source.state.kind, source.lineOf('a')],
      [1, 'ok', 1]
    );
    await writeFile(path, fileWith(22));
    await later(source);
    assert.deepEqual([limit(source), changes], [22, 2]);
    assert.equal(source.state.loadedAt, clock.now());
    assert.equal(
      audited.filter(each => each.startsWith('policies-loaded')).length,
      2
    );
    await later(source);
    assert.equal(changes, 2, 'what has not changed is not read');
  });

  it('a file that is put in its place is noticed, also with the same size', async () => {
    await writeFile(path, fileWith(1));
    const source = await started();
    await writeFile(join(folder, 'new'), fileWith(2));
    await rename(join(folder, 'new'), path);
    await later(source);
    assert.equal(limit(source), 2);
  });

  const broken: [
    what: string,
    text: string | Buffer | null,
    says: RegExp,
    line: number
  ][] = [
    ['cannot be used', fileWith('many'), /must be a number/, 1],
    ['is empty', '', /the file is empty/, 0],
    ['is not UTF-8', Buffer.from([0x70, 0xff, 0xfe]), /not UTF-8/, 0],
    ['is too large', Buffer.alloc(1_000_001, 0x20), /larger than 1 MB/, 0],
    ['is gone', null, /cannot be read \(ENOENT\)/, 0]
  ];
  for (const [what, text, says, line] of broken) {
    it(`one that ${what} leaves the one before in force, and everybody is told`, async () => {
      await writeFile(path, fileWith(1));
      const source = await started();
      await (text === null ? rm(path) : writeFile(path, text));
      await later(source);
      assert.equal(limit(source), 1);
      const { kind, problems } = source.state;
      assert.equal(kind, 'broken');
      assert.match(problems[0]!.message, says);
      assert.equal(problems[0]!.line, line);
      assert.ok(
        lines.some(
          each =>
            each.includes('"level":"error"') &&
            each.includes('the policy file cannot be used')
        )
      );
      assert.ok(audited.some(each => each.startsWith('policies-broken')));
      await writeFile(path, fileWith(3));
      await later(source);
      assert.deepEqual(
        [limit(source), source.state.kind],
        [3, 'ok'],
        'and is mended'
      );
    });
  }

  it('one that is broken at the start leaves in force what was before the start', async () => {
    await writeFile(path, fileWith(7));
    (await started()).stop();
    await writeFile(path, 'policies: [');
    changes = 0;
    const source = await started();
    assert.deepEqual(
      [limit(source), source.state.kind, changes],
      [7, 'broken', 1]
    );
  });

  it('one that is broken at the very first start limits nobody, and says so', async () => {
    await mkdir(path);
    const source = await started();
    assert.deepEqual([source.set.policies, source.state.kind], [[], 'broken']);
    assert.match(source.state.problems[0]!.message, /not a file/);
  });

  it('no file is no mistake', async () => {
    path = '';
    const source = await started();
    assert.deepEqual(
      [source.state.kind, source.set.policies, lines],
      ['none', [], []]
    );
  });
});
