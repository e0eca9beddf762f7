import { inSlices, othersTurn } from '../clock.ts';
import type { LedgerView } from '../ledger/types.ts';
import type { SpawnCounts } from '../enforcement/spawn.ts';
import type { PolicyTotals, Totals } from '../quota/totals.ts';
import { AllocatedCounters } from './allocated.ts';
import { BoundedNames } from './bounded.ts';
import { exposition, type Measured } from './exposition.ts';
import { processMetrics } from './process.ts';
import { metrics, type MetricName } from './table.ts';

/** Names of groups, profiles and policies that are told one by one. */
const MOST_NAMES = 100;

/** Where the figures come from. Everything is quick, or goes in slices. */
export type MetricSources = {
  version: string;
  storeHealthy(): boolean;
  ledgerHealthy(): boolean;
  ledger: LedgerView;
  polls(): { ok: number; failed: number };
  /** Sums over people; null where there is nobody to ask for them. */
  people(): Promise<Totals>;
  policiesBroken(): boolean;
  spawn(): SpawnCounts;
  /** By action of the audit. */
  done(): ReadonlyMap<string, number>;
  samples(): { taken: number; early: number; old: number; unreadable: number };
  reported(): {
    cpuSeconds: number;
    memoryByteSeconds: number;
    gpuBusySeconds: number;
    gpuHeldSeconds: number;
  };
  rooms(): { open: number; people: number };
  sockets(): number;
};

type Values = Measured<MetricName>[];

const one = (
  name: MetricName,
  value: number,
  labels?: Record<string, string>
): Measured<MetricName> => ({ name, value, labels });

/** One value for each of the words that a label can be. */
const each = (
  name: MetricName,
  label: string,
  values: Readonly<Record<string, number>>
): Values =>
  Object.entries(values).map(([word, value]) =>
    one(name, value, { [label]: word })
  );

/** Makes the text of `/metrics`. */
export class Collector {
  readonly #sources: MetricSources;
  readonly #allocated: AllocatedCounters;
  readonly #profiles = new BoundedNames(MOST_NAMES);
  readonly #policies = new BoundedNames(MOST_NAMES);
  readonly #process = processMetrics();

  constructor(sources: MetricSources) {
    this.#sources = sources;
    this.#allocated = new AllocatedCounters({
      ledger: sources.ledger,
      groups: new BoundedNames(MOST_NAMES),
      profiles: this.#profiles
    });
  }

  async text(): Promise<string> {
    const measured: Values = [
      ...this.#health(),
      ...(await this.#people()),
      ...(await this.#allocated.look()),
      ...this.#reported(),
      ...this.#decisions(),
      ...this.#documents(),
      ...this.#process()
    ];
    return exposition(metrics, measured);
  }

  #health(): Values {
    const { version, ledger, polls, ...sources } = this.#sources;
    return [
      one('commons_build_info', 1, { version }),
      one('commons_store_healthy', Number(sources.storeHealthy())),
      one('commons_ledger_healthy', Number(sources.ledgerHealthy())),
      one('commons_quota_policies_broken', Number(sources.policiesBroken())),
      ...each('commons_hub_polls_total', 'outcome', polls()),
      ...(ledger.polledAt === null
        ? []
        : [one('commons_hub_polled_timestamp_seconds', ledger.polledAt / 1000)])
    ];
  }

  async #people(): Promise<Values> {
    const { ledger } = this.#sources;
    const { policies, people, linked, silent, memoryBytes } =
      await this.#sources.people();
    const running = new Map<string, number>();
    await othersTurn();
    await inSlices(ledger.running(), ({ profile }) => {
      const label = this.#profiles.label(profile);
      running.set(label, (running.get(label) ?? 0) + 1);
    });
    await othersTurn();
    return [
      one('commons_people', people),
      one('commons_servers_linked', linked),
      one('commons_servers_silent', silent),
      one('commons_memory_used_bytes', memoryBytes),
      ...each(
        'commons_servers_running',
        'profile',
        Object.fromEntries(running)
      ),
      ...this.#standings(policies)
    ];
  }

  /** Policies beyond the bound are added up, so that no series stands there twice. */
  #standings(policies: readonly PolicyTotals[]): Values {
    const groups = Map.groupBy(policies, ({ policy }) =>
      this.#policies.label(policy)
    );
    return [...groups].flatMap(([policy, rows]) => {
      const sum = (of: (row: (typeof rows)[number]) => number) =>
        rows.reduce((total, row) => total + of(row), 0);
      const standings = {
        well: sum(row => row.people - row.near - row.over),
        near: sum(row => row.near),
        over: sum(row => row.over)
      };
      return Object.entries(standings).map(([standing, value]) =>
        one('commons_quota_people', value, { policy, standing })
      );
    });
  }

  #reported(): Values {
    const used = this.#sources.reported();
    return [
      ...each('commons_samples_total', 'outcome', this.#sources.samples()),
      one('commons_reported_cpu_seconds_total', used.cpuSeconds),
      one('commons_reported_memory_byte_seconds_total', used.memoryByteSeconds),
      one('commons_reported_gpu_busy_seconds_total', used.gpuBusySeconds),
      one('commons_reported_gpu_held_seconds_total', used.gpuHeldSeconds)
    ];
  }

  #decisions(): Values {
    const { allowed, refused, unasked } = this.#sources.spawn();
    const done = this.#sources.done();
    const all = [...refused.values()].reduce((sum, value) => sum + value, 0);
    return [
      ...each('commons_quota_decisions_total', 'decision', {
        allowed,
        refused: all,
        unasked
      }),
      ...each('commons_quota_stops_total', 'outcome', {
        planned: done.get('stop-planned') ?? 0,
        cancelled: done.get('stop-cancelled') ?? 0,
        stopped: done.get('stopped') ?? 0,
        failed: done.get('stop-failed') ?? 0
      })
    ];
  }

  #documents(): Values {
    const { open, people } = this.#sources.rooms();
    return [
      one('commons_documents_open', open),
      one('commons_document_people', people),
      one('commons_sockets_open', this.#sources.sockets())
    ];
  }
}
