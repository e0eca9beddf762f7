import type { ListedUser } from '../../src/hub/users-page.ts';
import { Ledger, type LedgerOptions } from '../../src/ledger/ledger.ts';
import { createLog } from '../../src/log.ts';
import { MemoryLedgerStore } from '../../src/storage/ledger-memory.ts';
import { TestClock } from '../rooms/test-clock.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const log = createLog({ level: 'error', write: () => {} });

/** A user as a poll tells of them; servers by name with the time of their start. */
export function listed(
  name: string,
  servers: Record<string, number> = {},
  change: Partial<ListedUser> & { options?: Record<string, string> } = {}
): ListedUser {
  const { options = {}, ...rest } = change;
  return {
    ...{ name, displayName: name, groups: [], admin: false },
    servers: Object.entries(servers).map(([server, started]) => ({
      ...{ name: server, started, options, unread: [] }
    })),
    ...rest
  };
}

/** What was called so far has been written, in a store in memory. */
export const settled = () =>
  new Promise<void>(resolve => setImmediate(resolve));

/** A ledger, and the hub that it hears of: what runs, in time that the test moves. */
export class HubRun {
  readonly clock = new TestClock();
  readonly store = new MemoryLedgerStore();
  /** By user and server: when it was started. */
  readonly servers = new Map<string, Map<string, number>>();
  options: Record<string, string> = {};
  ledger = this.#new();

  async start(change: Partial<LedgerOptions> = {}): Promise<this> {
    this.ledger = this.#new(change);
    await this.ledger.load();
    return this;
  }

  /** The companion dies and a new one comes; time passes in between. */
  async restart(away = 0): Promise<void> {
    await settled();
    this.clock.advance(away);
    await this.start();
  }

  run(user: string, server = '', started = this.clock.now()): void {
    const servers = this.servers.get(user) ?? new Map<string, number>();
    this.servers.set(user, servers.set(server, started));
  }

  end(user: string, server = ''): void {
    this.servers.get(user)?.delete(server);
  }

  /** Time passes, and the hub tells what runs. */
  async poll(after = 0): Promise<void> {
    this.clock.advance(after);
    const users = [...this.servers].map(([user, servers]) =>
      listed(user, Object.fromEntries(servers), { options: this.options })
    );
    await this.ledger.polled(
      users.filter(({ servers }) => servers.length > 0),
      { ...this.ledger.time(), took: 1 }
    );
    await settled();
  }

  /** Seconds that count for a user, of all time. */
  seconds(user: string): number {
    return this.hours(user) * 3600;
  }

  hours(user: string, resource: 'server-hours' | 'cpu-hours' = 'server-hours') {
    return this.ledger.used(user, resource, null, 0, Number.MAX_SAFE_INTEGER);
  }

  #new(change: Partial<LedgerOptions> = {}): Ledger {
    const { store, clock } = this;
    return new Ledger({ store, clock, log, days: 400, ...change });
  }
}
