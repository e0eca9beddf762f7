import type { EventMessage, QuotaNews } from '@jupyterlab-commons/protocol';
import type { FileKeeper } from '../files/file-keeper.ts';
import type { HubClient } from '../hub/hub-client.ts';
import type { Events } from '../live/events.ts';
import type { Links } from '../live/link.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import type { LedgerStore } from '../storage/ledger-store.ts';
import type { Samples } from '../usage/samples.ts';
import { Idle } from './idle.ts';
import { Notices } from './notices.ts';
import { SpawnDoor } from './spawn.ts';
import { StopWork } from './stop-work.ts';
import { PlannedStops } from './stops.ts';
import type { Audit, HookDesk, QuotaNow, Target } from './types.ts';
import { Watcher } from './watcher.ts';

export type EnforcementOptions = {
  quota: QuotaNow;
  store: LedgerStore;
  /** The hub has stopped this run. */
  ended: (run: Target) => void;
  hub: HubClient | null;
  links: Links;
  files: FileKeeper;
  samples: Samples;
  events: Events;
  clock: Clock;
  log: Log;
};

/** Everything that warns, refuses and stops. */
export class Enforcement {
  readonly spawn: SpawnDoor;
  readonly stops: PlannedStops;
  readonly idle: Idle;
  /** What was put down since the process began, by action. */
  readonly counts = new Map<string, number>();
  readonly #options: EnforcementOptions;
  readonly #notices: Notices;
  readonly #watcher: Watcher;

  constructor(options: EnforcementOptions) {
    const { quota, store, ended, events, clock, log } = options;
    this.#options = options;
    const audit: Audit = entry => this.#audit(entry);
    const tell = (user: string, news: QuotaNews) =>
      events.tellPerson(user, { type: 'quota', quota: news });
    this.spawn = new SpawnDoor({ quota, clock, log, audit });
    this.#notices = new Notices({ store, clock, log, tell });
    this.stops = new PlannedStops({
      ...{ store, ended, clock, log, audit, tell },
      work: stopWork(options),
      running: user => quota.ledger.running(user)
    });
    this.idle = idleOf(options);
    this.#watcher = new Watcher({
      ...{ quota, clock, log, stops: this.stops, notices: this.#notices },
      listening: () => events.people()
    });
  }

  /** What the hub's hook and cullers ask. */
  get desk(): HookDesk {
    return {
      decide: question => this.spawn.decide(question),
      tellUnasked: told => this.spawn.tellUnasked(told),
      idle: () => this.idle.advice()
    };
  }

  /** Reads what was planned and told before; then warns and stops by itself. */
  async start(): Promise<void> {
    await this.#notices.load();
    await this.stops.load();
    this.#watcher.start();
    this.idle.start();
  }

  stop(): void {
    this.#watcher.stop();
    this.idle.stop();
    this.stops.stop();
  }

  /** Somebody was given more or less, or the policies are others: what follows from it follows now. */
  recheck(): Promise<void> {
    return this.#watcher.look();
  }

  /** For a page that has just been opened. */
  greet(user: string): EventMessage[] {
    const allowances = this.#options.quota.foretold(user);
    return [
      ...this.#notices.standing(user, allowances),
      ...this.stops.standing(user)
    ].map(news => ({ type: 'quota', quota: news }));
  }

  #audit(entry: Parameters<Audit>[0]): void {
    const { store, clock, log } = this.#options;
    this.counts.set(entry.action, (this.counts.get(entry.action) ?? 0) + 1);
    store.audit({ at: clock.now(), ...entry }).catch((error: unknown) =>
      log.warn('an audit entry is missing', {
        action: entry.action,
        user: entry.user,
        reason: reasonOf(error)
      })
    );
  }
}

function stopWork({
  hub,
  links,
  files,
  clock,
  log
}: EnforcementOptions): StopWork {
  return new StopWork({
    ...{ hub, links, clock, log },
    flush: (user, server) => files.flushOf(user, server)
  });
}

function idleOf({ quota, files, samples, clock }: EnforcementOptions): Idle {
  const idle = new Idle({
    running: () => quota.ledger.running(),
    newest: (user, server) => samples.newest(user, server),
    hasPeople: (user, server) => files.hasPeople(user, server),
    clock
  });
  samples.listen(idle);
  return idle;
}
