import { inSlices } from '../clock.ts';
import type { LedgerView, Run } from '../ledger/types.ts';
import type { BoundedNames } from './bounded.ts';
import type { Measured } from './exposition.ts';
import type { MetricName } from './table.ts';

type Sums = { server: number; cpu: number; memory: number; gpu: number };
type Followed = { run: Run; counted: number };

const keyOf = ({ user, server, started, piece }: Run) =>
  `${user}/${server}/${started}/${piece}`;

/**
 * Time of servers as counters. The ledger forgets old runs, and a counter must
 * not fall, so what each run has grown by since the last look is added up here,
 * from the start of the process on.
 */
export class AllocatedCounters {
  readonly #ledger: LedgerView;
  readonly #groups: BoundedNames;
  readonly #profiles: BoundedNames;
  readonly #sums = new Map<string, { group: string; profile: string } & Sums>();
  #followed: Map<string, Followed> | null = null;

  constructor(options: {
    ledger: LedgerView;
    groups: BoundedNames;
    profiles: BoundedNames;
  }) {
    this.#ledger = options.ledger;
    this.#groups = options.groups;
    this.#profiles = options.profiles;
  }

  async look(): Promise<Measured<MetricName>[]> {
    const before = this.#followed;
    const now = new Map<string, Followed>();
    await inSlices(this.#ledger.running(), run => {
      const key = keyOf(run);
      // What ran before the first look is not ours to count: it was told by the process before.
      const counted =
        before === null ? run.seconds : (before.get(key)?.counted ?? 0);
      this.#add(run, run.seconds - counted);
      now.set(key, { run, counted: run.seconds });
      before?.delete(key);
    });
    await inSlices(before?.values() ?? [], ({ run, counted }) =>
      this.#add(run, this.#lastOf(run) - counted)
    );
    this.#followed = now;
    return [...this.#sums.values()].flatMap(told);
  }

  /** How long a run that is over has lasted; a run that was forgotten has nothing more to tell. */
  #lastOf(run: Run): number {
    const key = keyOf(run);
    const found = this.#ledger
      .runs(run.user, run.from)
      .find(each => keyOf(each) === key);
    return found?.seconds ?? 0;
  }

  #add({ user, profile, rates }: Run, seconds: number): void {
    if (!(seconds > 0)) {
      return;
    }
    const labels = {
      group: this.#groups.label(this.#ledger.user(user)?.groups[0] ?? ''),
      profile: this.#profiles.label(profile)
    };
    const key = JSON.stringify(labels);
    const sums = this.#sums.get(key) ?? {
      ...labels,
      server: 0,
      cpu: 0,
      memory: 0,
      gpu: 0
    };
    sums.server += seconds;
    sums.cpu += seconds * rates.cpu;
    sums.memory += seconds * rates.memoryBytes;
    sums.gpu += seconds * rates.gpus;
    this.#sums.set(key, sums);
  }
}

function told({
  group,
  profile,
  server,
  cpu,
  memory,
  gpu
}: { group: string; profile: string } & Sums): Measured<MetricName>[] {
  const labels = { group, profile };
  return [
    { name: 'commons_allocated_server_seconds_total', value: server, labels },
    { name: 'commons_allocated_cpu_seconds_total', value: cpu, labels },
    {
      name: 'commons_allocated_memory_byte_seconds_total',
      value: memory,
      labels
    },
    { name: 'commons_allocated_gpu_seconds_total', value: gpu, labels }
  ];
}
