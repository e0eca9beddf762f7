/** What every store of a ledger must keep. Run on each implementation by a test file of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countedLife, reportedLife } from '../../src/ledger/report-lives.ts';
import {
  sumOf,
  type LedgerStore,
  type StoredStop
} from '../../src/storage/ledger-store.ts';
import {
  allRuns,
  correctionOf,
  HOUR,
  hourOf,
  life,
  overrideOf,
  runOf,
  START,
  stop,
  userOf
} from './ledger-samples.ts';

export function ledgerContract(
  name: string,
  open: () => Promise<LedgerStore>
): void {
  const story = (title: string, tell: (store: LedgerStore) => Promise<void>) =>
    test(`${name}: ${title}`, async () => {
      const store = await open();
      try {
        await tell(store);
      } finally {
        await store.close();
      }
    });

  story('a new store is empty', async store => {
    assert.deepEqual(await store.runs(0, null), { runs: [], next: null });
    assert.equal(await store.seen(), null);
    for (const list of [
      await store.users(),
      await store.corrections(),
      await store.metered(0),
      await store.lives(),
      await store.overrides(),
      await store.notices(),
      await store.stops(),
      await store.requests(),
      await store.reported('ada', 0, START),
      await store.audited(null, 10, null)
    ]) {
      assert.deepEqual(list, []);
    }
    assert.deepEqual(await store.meta(), {});
    assert.equal(store.healthy(), true);
  });

  story(
    'Q2 a run is named by user, server, start and piece: written again it is continued',
    async store => {
      const open = runOf({ open: true, to: START, seconds: 0, steady: 0.5 });
      const others = [
        runOf({ server: 'gpu' }),
        runOf({ started: START + 1 }),
        runOf({ piece: 1 }),
        runOf({ user: 'bob' })
      ];
      await store.putPoll({ runs: [open, ...others], seen: null, users: [] });
      assert.equal(await store.seen(), null);
      const seen = { at: START + HOUR, steady: 3600.25 };
      await store.putPoll({ runs: [runOf()], seen, users: [] });
      assert.deepEqual(await store.seen(), seen);
      await store.putPoll({ runs: [], seen: null, users: [] });
      assert.deepEqual(await store.seen(), seen);
      assert.deepEqual(await allRuns(store), [
        runOf(),
        others[2],
        others[1],
        others[0],
        others[3]
      ]);
    }
  );

  story(
    'runs come in pages that leave none out: those that reach into the time, and open ones',
    async store => {
      const runs = Array.from({ length: 5000 }, (_, index) =>
        runOf({ user: `u${index % 70}`, started: START + index })
      );
      await store.putPoll({ runs, seen: null, users: [] });
      assert.equal((await allRuns(store)).length, 5000);
      const old = runOf({ user: 'old', to: START - 1 });
      const kept = runOf({ user: 'kept', to: START - 1, open: true });
      await store.putPoll({ runs: [old, kept], seen: null, users: [] });
      const names = (await allRuns(store, START)).map(({ user }) => user);
      assert.ok(names.includes('kept') && !names.includes('old'));
      assert.equal((await allRuns(store, START + HOUR)).length, 1);
    }
  );

  story('users come back as they were heard of last', async store => {
    await store.putPoll({
      runs: [],
      seen: null,
      users: [userOf('ada'), userOf('bob', { admin: true, groups: [] })]
    });
    await store.putPoll({
      runs: [],
      seen: null,
      users: [userOf('ada', { gone: true })]
    });
    const users = await store.users();
    assert.deepEqual(
      users.sort((a, b) => a.user.localeCompare(b.user)),
      [
        userOf('ada', { gone: true }),
        userOf('bob', { admin: true, groups: [] })
      ]
    );
  });

  story('Q3 corrections stay, with author and reason', async store => {
    await store.putCorrection(correctionOf('a'));
    await store.putCorrection({ ...correctionOf('b'), gpu: null, amount: 1 });
    await store.prune(START + 9 * HOUR);
    assert.deepEqual(await store.corrections(), [
      correctionOf('a'),
      { ...correctionOf('b'), gpu: null, amount: 1 }
    ]);
  });

  story(
    'what a meter measured takes the place of what it said of the same time',
    async store => {
      const hours = {
        meter: 'slurm',
        user: 'ada',
        resource: 'gpu-hours' as const,
        gpu: null,
        from: START,
        to: START + HOUR,
        amount: 1
      };
      const model = { ...hours, gpu: 'A100' };
      const stored = {
        ...hours,
        resource: 'storage-gib' as const,
        from: 0,
        to: START
      };
      await store.putMetered([hours, model, stored]);
      await store.putMetered([{ ...hours, amount: 2.5 }]);
      assert.deepEqual(await store.metered(START), [
        { ...hours, amount: 2.5 },
        model,
        stored
      ]);
      await store.prune(START + 2 * HOUR);
      assert.deepEqual(await store.metered(0), [stored]);
    }
  );

  story(
    'reported hours add up by notebook, and what has been counted of a life is known',
    async store => {
      await store.putReported(
        [hourOf(), hourOf({ server: 'gpu' }), hourOf({ user: 'bob' })],
        [life]
      );
      await store.putReported(
        [hourOf(), hourOf({ hour: START + HOUR }), hourOf({ path: 'b' })],
        [{ ...life, boot: 'b2', consumers: new Map() }]
      );
      const one = sumOf(hourOf());
      const three = {
        ...one,
        cpuSeconds: 3,
        memoryByteSeconds: 6,
        gpuBusySeconds: 9,
        gpuHeldSeconds: 12
      };
      const byPlace = (sums: { server: string; path: string }[]) =>
        sums.sort((a, b) =>
          (a.server + a.path).localeCompare(b.server + b.path)
        );
      assert.deepEqual(
        byPlace(await store.reported('ada', START, START + 2 * HOUR)),
        byPlace([{ ...one, path: 'b' }, { ...one, server: 'gpu' }, three])
      );
      const later = await store.reported('ada', START + HOUR, START + 2 * HOUR);
      assert.deepEqual(later, [one]);
      assert.deepEqual(await store.lives(), [
        { ...life, boot: 'b2', consumers: new Map() }
      ]);
      await store.prune(START + HOUR);
      assert.deepEqual(await store.lives(), []);
      assert.equal(
        (await store.reported('ada', 0, START + 9 * HOUR)).length,
        1
      );
    }
  );

  story(
    'what was counted of a consumer is known again, whatever its key',
    async store => {
      const consumers = new Map(
        ['__proto__', 'constructor', '7', ''].map(
          (key, cpuSeconds) =>
            [
              key,
              { cpuSeconds, memoryByteSeconds: 2, gpuHeldSeconds: 0.5 }
            ] as const
        )
      );
      const counted = countedLife({ ...life, consumers });
      await store.putReported([], [reportedLife(counted)]);
      const [read] = await store.lives();
      assert.deepEqual(countedLife(read!).consumers, consumers);
    }
  );

  story('overrides are put, replaced and taken away', async store => {
    await store.putOverride(overrideOf('a', { extra: 5 }));
    await store.putOverride(
      overrideOf('b', {
        exempt: true,
        until: START,
        scope: { kind: 'group', name: 'x' }
      })
    );
    await store.putOverride(overrideOf('a', { limit: 0.5 }));
    assert.deepEqual(await store.overrides(), [
      overrideOf('a', { limit: 0.5 }),
      overrideOf('b', {
        exempt: true,
        until: START,
        scope: { kind: 'group', name: 'x' }
      })
    ]);
    await store.deleteOverride('a');
    await store.deleteOverride('unknown');
    assert.deepEqual(
      (await store.overrides()).map(({ id }) => id),
      ['b']
    );
  });

  story(
    'Q6 a notice that was told is remembered until it is old',
    async store => {
      const notices = [
        { user: 'ada', key: 'gpu 80', at: START },
        { user: 'bob', key: 'gpu 80', at: START + HOUR }
      ];
      await store.putNotices(notices);
      await store.putNotices(notices);
      assert.deepEqual(await store.notices(), notices);
      await store.prune(START + HOUR);
      assert.deepEqual(await store.notices(), [notices[1]]);
    }
  );

  story('Q8 a stop is there until it is taken back', async store => {
    const byAdmin: StoredStop = { ...stop, because: 'admin', by: 'root' };
    delete byAdmin.policy;
    byAdmin.asked = { at: START + 2 * HOUR, limit: { ...stop, server: '' } };
    await store.putStop(stop);
    await store.putStop({ ...stop, state: 'saving' });
    await store.putStop({ ...byAdmin, server: '' });
    assert.deepEqual(
      (await store.stops()).sort((a, b) => b.server.length - a.server.length),
      [
        { ...stop, state: 'saving' },
        { ...byAdmin, server: '' }
      ]
    );
    await store.putStop({ ...byAdmin, asked: { at: START, limit: null } });
    assert.deepEqual(
      (await store.stops()).find(({ server }) => server !== '')!.asked,
      { at: START, limit: null }
    );
    await store.deleteStop('ada', 'gpu');
    await store.deleteStop('bob', '');
    assert.equal((await store.stops()).length, 1);
  });

  story('one wish for more a person', async store => {
    const wish = { user: 'ada', at: START, policy: 'gpu', message: 'please' };
    await store.putRequest(wish);
    await store.putRequest({ ...wish, message: 'now' });
    await store.putRequest({ ...wish, user: 'bob' });
    await store.deleteRequest('bob');
    assert.deepEqual(await store.requests(), [{ ...wish, message: 'now' }]);
    const declined = { at: START + 1, by: 'root', reason: "it's\nfull" };
    await store.putRequest({ ...wish, declined });
    assert.deepEqual(await store.requests(), [{ ...wish, declined }]);
  });

  story(
    'the audit log is read newest first, page by page, by user',
    async store => {
      for (let index = 0; index < 7; index++) {
        await store.audit({
          at: START + index,
          actor: 'root',
          action: 'override',
          user: index % 2 === 0 ? 'ada' : "bob'",
          detail: `no. ${index}`
        });
      }
      const details = async (
        before: number | null,
        users: string[] | null = null
      ) =>
        (await store.audited(before, 3, users)).map(({ detail }) =>
          detail.slice(4)
        );
      const first = await store.audited(null, 3, null);
      assert.equal(first[0]?.actor, 'root');
      assert.deepEqual(await details(null), ['6', '5', '4']);
      assert.deepEqual(await details(first.at(-1)!.id), ['3', '2', '1']);
      assert.deepEqual(await details(null, ["bob'", 'eve']), ['5', '3', '1']);
      assert.deepEqual(await details(null, []), []);
      await store.prune(START + 5);
      assert.deepEqual(await details(null), ['6', '5']);
    }
  );

  story('notes are kept by key', async store => {
    await store.putMeta('since', '1');
    await store.putMeta('since', '2');
    assert.deepEqual(await store.meta(), { since: '2' });
  });

  story('open runs stay when old ones are forgotten', async store => {
    const open = runOf({ user: 'bob', open: true });
    await store.putPoll({ runs: [runOf(), open], seen: null, users: [] });
    await store.prune(START + HOUR);
    assert.equal((await allRuns(store)).length, 2);
    await store.prune(START + HOUR + 1);
    assert.deepEqual(await allRuns(store), [open]);
  });
}
