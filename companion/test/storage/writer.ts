/** Writes rows in a loop and prints the number of each one that the store has acknowledged. */
import { openStore } from '../../src/storage/open.ts';
import { idOf, row } from './contract.ts';

const store = await openStore(process.argv[2]!);
const { snapshot, rows } = await store.load(idOf('a'));
let seq = rows.at(-1)?.seq ?? snapshot?.seq ?? 0;
for (;;) {
  const group = Array.from({ length: 1 + (seq % 3) }, () => row(++seq));
  const acknowledged = store.append(idOf('a'), group, [[seq, 'ada']]);
  if (seq % 40 < 3) {
    await store.compact(idOf('a'), seq, new Uint8Array(5000));
  }
  await acknowledged;
  process.stdout.write(`${seq}\n`);
}
