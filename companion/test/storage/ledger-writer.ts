/**
 * Puts notes into a ledger as fast as it can; prints what is on disk, and
 * what is said of the store. Started by ledger-sqlite.test.ts with a limit on
 * the size of its files.
 */
import { openSqliteLedger } from '../../src/storage/sqlite/sqlite-ledger.ts';

const store = await openSqliteLedger(process.argv[2]!, {
  onHealth: healthy => console.log(healthy ? 'healthy' : 'unhealthy')
});
console.log('open');
for (let number = 0; number < 40; number++) {
  await store.audit({
    at: number,
    actor: 'root',
    action: 'override',
    user: 'ada',
    detail: 'x'.repeat(500)
  });
  await store.putMeta('value', String(number).padEnd(100_000));
}
console.log('done');
await store.close();
