import type {
  Allowance,
  PlannedStop,
  QuotaNews
} from '@jupyterlab-commons/protocol';
import { reasonOf, type Log } from '../log.ts';
import type { Run } from '../ledger/types.ts';
import type { Clock } from '../rooms/types.ts';
import type {
  LedgerStore,
  OneStop,
  StoredStop
} from '../storage/ledger-store.ts';
import { Countdown, told, WARN_ANEW_MS } from './countdown.ts';
import { graceOf, takes } from './reached.ts';
import type { StopWork } from './stop-work.ts';
import {
  BY_POLICY,
  keyOf,
  type Actor,
  type Audit,
  type Millis
} from './types.ts';
import { mayCancel, needCancel } from './whose-stop.ts';
import { stopWords } from './words.ts';

/** No stop comes sooner, whoever wants it: pages have to save. */
const LEAST_GRACE_MS = 10_000;
const MESSAGE_CHARS = 500;

export type StopsOptions = {
  store: Pick<LedgerStore, 'stops' | 'putStop' | 'deleteStop'>;
  work: StopWork;
  running: (user: string) => readonly Run[];
  /** The hub has stopped this run; polls will say so later. */
  ended: (stop: StoredStop) => void;
  clock: Clock;
  log: Log;
  audit: Audit;
  tell: (user: string, news: QuotaNews) => void;
};

/** A stop that cannot be carried out, for the admin. */
export type FailingStop = {
  user: string;
  server: string;
  since: Millis;
  reason: string;
};

/** When somebody wants a server stopped, and the stop that a limit gives it meanwhile. */
type Asked = NonNullable<StoredStop['asked']>;

/**
 * Q8: servers that are going to be stopped. One stop for each server: of
 * the moment that an admin wants and the one that a limit gives the earlier.
 * The later is kept beside it, and holds when the earlier is taken back.
 */
export class PlannedStops {
  readonly #options: StopsOptions;
  readonly #countdowns = new Map<string, Countdown>();

  constructor(options: StopsOptions) {
    this.#options = options;
  }

  /** Goes on with what was planned before this process began; who could not be warned meanwhile is warned anew. */
  async load(): Promise<void> {
    const now = this.#options.clock.now();
    for (const stop of await this.#options.store.stops()) {
      const stopAt = Math.max(stop.stopAt, now + WARN_ANEW_MS);
      this.#begin({ ...stop, stopAt, state: 'counting' });
    }
  }

  get size(): number {
    return this.#countdowns.size;
  }

  /** Whose servers are going to be stopped. */
  users(): Set<string> {
    return new Set(this.#all().map(({ user }) => user));
  }

  of(user: string): PlannedStop[] {
    return this.#all()
      .filter(each => each.user === user)
      .map(told);
  }

  /** When the next server of theirs is stopped. */
  nextAt(user: string): Millis | null {
    const times = this.of(user).map(({ stopAt }) => stopAt);
    return times.length === 0 ? null : Math.min(...times);
  }

  failing(): FailingStop[] {
    return [...this.#countdowns.values()].flatMap(({ stop, failure }) =>
      failure === null
        ? []
        : [{ user: stop.user, server: stop.server, ...failure }]
    );
  }

  /** What a page that has just been opened must know. */
  standing(user: string): QuotaNews[] {
    return [...this.#countdowns.values()]
      .filter(({ stop }) => stop.user === user)
      .map(countdown => countdown.news());
  }

  /**
   * Somebody wants this server stopped. Answers what is planned, which is no
   * later than what was planned before; null where no such server runs. A stop
   * of somebody else stays theirs, but for admins of the hub.
   */
  planBy(
    by: Actor,
    wanted: {
      user: string;
      server: string;
      graceSeconds: number;
      message: string;
    }
  ): PlannedStop | null {
    const { user, server, graceSeconds } = wanted;
    const run = this.#runOf(user, server);
    if (run === undefined) {
      return null;
    }
    const before = this.#countdowns.get(keyOf(run))?.stop;
    const why =
      before?.because === 'admin' && !mayCancel(by, before)
        ? { by: before.by, message: before.message }
        : { by: by.user, message: wanted.message.slice(0, MESSAGE_CHARS) };
    const stop = this.#stopOf(run, graceSeconds, { because: 'admin', ...why });
    return told(this.#plan(stop, by.user));
  }

  /**
   * Takes a stop back; false where there is none, or where it is too late.
   * Throws ADMIN_ONLY where it is not theirs. While a limit stays used up its
   * stop begins anew with the whole grace, or goes on where it was another's.
   */
  cancelBy(by: Actor, user: string, server: string): boolean {
    const countdown = this.#countdowns.get(keyOf({ user, server }));
    if (countdown === undefined || countdown.stop.state === 'stopping') {
      return false;
    }
    const { because } = countdown.stop;
    needCancel(by, countdown.stop);
    const { limit } = askedOf(countdown.stop);
    this.#cancel(countdown, by.user, 'taken back');
    if (because === 'admin' && limit !== null) {
      const soon = this.#options.clock.now() + LEAST_GRACE_MS;
      const stopAt = Math.max(limit.stopAt, soon);
      this.#plan({ ...limit, stopAt, state: 'counting' }, BY_POLICY);
    }
    return true;
  }

  /** Plans and cancels what follows from how somebody's limits stand now. */
  look(user: string, allowances: readonly Allowance[]): void {
    const runs = this.#options.running(user);
    this.#dropEnded(user, runs);
    const stopping = allowances
      .filter(each => graceOf(each) !== null)
      .sort((a, b) => graceOf(a)! - graceOf(b)!);
    for (const run of runs) {
      const countdown = this.#countdowns.get(keyOf(run));
      const reasons = stopping.filter(each => takes(run.rates, each));
      if (countdown?.stop.because === 'admin') {
        this.#heed(run, reasons, countdown);
      } else {
        this.#follow(run, reasons, countdown);
      }
    }
  }

  /** Asks and tells nothing more; what is planned stays planned. */
  stop(): void {
    this.#countdowns.forEach(countdown => countdown.end());
    this.#options.work.end();
  }

  /** `reasons` to stop the run by policy, the one with the shortest grace first. */
  #follow(
    run: Run,
    reasons: readonly Allowance[],
    before: Countdown | undefined
  ): void {
    const [first] = reasons;
    if (before?.stop.state === 'stopping') {
      return;
    }
    if (first === undefined) {
      if (before !== undefined) {
        this.#cancel(before, BY_POLICY, 'the limit allows it again');
      }
      return;
    }
    const grace = graceOf(first)!;
    const at = this.#options.clock.now() + grace * 1000;
    if (!reasons.some(each => each.policy === before?.stop.policy)) {
      this.#plan(this.#limitStop(run, first), BY_POLICY);
    } else if (at + LEAST_GRACE_MS < before!.stop.stopAt) {
      // The grace was made shorter.
      before!.moveTo(at);
    }
  }

  /** What somebody has decided stands until they take it back; a limit can only make it come sooner. */
  #heed(run: Run, [first, ...more]: readonly Allowance[], it: Countdown): void {
    if (it.stop.state === 'stopping') {
      return;
    }
    const asked = askedOf(it.stop);
    const before = asked.limit;
    if (first === undefined) {
      if (before !== null) {
        it.ask({ ...asked, limit: null });
        if (asked.at > it.stop.stopAt) {
          it.moveTo(asked.at);
        }
      }
      return;
    }
    const stop = this.#limitStop(run, first);
    const same = [first, ...more].some(each => each.policy === before?.policy);
    if (
      before !== null &&
      same &&
      stop.stopAt + LEAST_GRACE_MS >= before.stopAt
    ) {
      return;
    }
    const stopAt = Math.min(stop.stopAt, before?.stopAt ?? stop.stopAt);
    it.ask({ ...asked, limit: { ...stop, stopAt } });
    if (stop.stopAt < it.stop.stopAt) {
      this.#note(stop, 'stop-planned', '');
      it.moveTo(stop.stopAt);
    }
  }

  #limitStop(run: Run, allowance: Allowance): OneStop {
    return this.#stopOf(run, graceOf(allowance) ?? 0, {
      because: 'policy',
      policy: allowance.policy,
      message: stopWords(allowance)
    });
  }

  #stopOf(
    { user, server, started }: Run,
    graceSeconds: number,
    why: Pick<PlannedStop, 'because' | 'policy' | 'by' | 'message'>
  ): OneStop {
    const plannedAt = this.#options.clock.now();
    const stopAt = plannedAt + Math.max(graceSeconds * 1000, LEAST_GRACE_MS);
    const state = 'counting';
    return { user, server, started, plannedAt, stopAt, state, ...why };
  }

  /** In place of what was planned before, and no later. */
  #plan(wanted: OneStop, actor: string): StoredStop {
    const before = this.#countdowns.get(keyOf(wanted));
    if (before?.stop.state === 'stopping') {
      return before.stop;
    }
    before?.end();
    const asked = before === undefined ? null : askedOf(before.stop);
    const at = Math.min(wanted.stopAt, asked?.at ?? Infinity);
    const stop: StoredStop = {
      ...wanted,
      stopAt: Math.min(wanted.stopAt, before?.stop.stopAt ?? wanted.stopAt),
      ...(wanted.because === 'admin'
        ? { asked: { at, limit: asked?.limit ?? null } }
        : {})
    };
    this.#options.audit({
      actor,
      action: 'stop-planned',
      user: stop.user,
      detail: detailOf(stop)
    });
    this.#begin(stop).tell();
    return stop;
  }

  #begin(stop: StoredStop): Countdown {
    const { store, clock, log, work, tell } = this.#options;
    const countdown: Countdown = new Countdown(stop, {
      work,
      clock,
      log,
      tell: news => tell(stop.user, news),
      save: changed => this.#keep(store.putStop(changed)),
      failed: reason => this.#note(countdown.stop, 'stop-failed', reason),
      done: outcome => {
        if (outcome === 'stopped') {
          this.#note(countdown.stop, 'stopped', '');
          this.#options.ended(countdown.stop);
        }
        this.#forget(countdown);
      }
    });
    this.#countdowns.set(keyOf(stop), countdown);
    this.#keep(store.putStop(stop));
    countdown.start();
    return countdown;
  }

  #cancel(countdown: Countdown, actor: string, why: string): void {
    const { stop } = countdown;
    this.#options.audit({
      actor,
      action: 'stop-cancelled',
      user: stop.user,
      detail: `${detailOf(stop)}; ${why}`.slice(0, 512)
    });
    this.#forget(countdown);
    countdown.tellCancelled();
  }

  /** Servers that have ended by themselves, or were started anew. */
  #dropEnded(user: string, runs: readonly Run[]): void {
    for (const countdown of [...this.#countdowns.values()]) {
      const { stop } = countdown;
      if (
        stop.user === user &&
        stop.state !== 'stopping' &&
        !runs.some(
          run => run.server === stop.server && run.started === stop.started
        )
      ) {
        this.#cancel(countdown, BY_POLICY, 'the server has ended by itself');
      }
    }
  }

  #forget(countdown: Countdown): void {
    const { user, server } = countdown.stop;
    countdown.end();
    if (this.#countdowns.get(keyOf({ user, server })) === countdown) {
      this.#countdowns.delete(keyOf({ user, server }));
      this.#keep(this.#options.store.deleteStop(user, server));
    }
  }

  #note(
    stop: StoredStop,
    action: 'stop-planned' | 'stopped' | 'stop-failed',
    more: string
  ): void {
    const detail = `${detailOf(stop)}${more === '' ? '' : `; ${more}`}`;
    this.#options.audit({
      actor: stop.by ?? BY_POLICY,
      action,
      user: stop.user,
      detail: detail.slice(0, 512)
    });
  }

  /** The countdown goes on from memory when it cannot be written down. */
  #keep(writing: Promise<void>): void {
    writing.catch((error: unknown) =>
      this.#options.log.warn('a planned stop could not be written down', {
        reason: reasonOf(error)
      })
    );
  }

  #runOf(user: string, server: string): Run | undefined {
    return this.#options.running(user).find(each => each.server === server);
  }

  #all(): StoredStop[] {
    return [...this.#countdowns.values()].map(({ stop }) => stop);
  }
}

function askedOf(stop: StoredStop): Asked {
  const { asked, because, stopAt } = stop;
  return (
    asked ??
    (because === 'policy'
      ? { at: Infinity, limit: stop }
      : { at: stopAt, limit: null })
  );
}

function detailOf({ server, policy, message }: StoredStop): string {
  const why = policy === undefined ? message : `${policy}: ${message}`;
  return `server '${server}': ${why}`;
}
