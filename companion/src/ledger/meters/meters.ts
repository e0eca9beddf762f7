import { basename } from 'node:path';
import type { QuotaResource } from '@jupyterlab-commons/protocol';
import { reasonOf, type Log } from '../../log.ts';
import type { MeterRule } from '../../quota/types.ts';
import type { Clock } from '../../rooms/types.ts';
import type { Ledger } from '../ledger.ts';
import type { Metered, Millis } from '../types.ts';
import { amountsOfFilesystem } from './filesystem.ts';
import { amountsOfLines } from './lines.ts';
import { outputOf } from './program.ts';
import { askPrometheus } from './prometheus.ts';
import { amountsOfSlurm } from './slurm.ts';
import type { Amounts, Span } from './types.ts';

const HOUR_MS = 3_600_000;
/** A meter that was away for longer is not asked for all of it. */
const MOST_SPAN_MS = 31 * 24 * HOUR_MS;
/** After an hour has ended, sreport knows it. */
const REPORT_LAG_MS = 10 * 60_000;

/** Of each meter: its rule, and what ends its timer. */
type Turn = { rule: MeterRule; cancel: () => void };

export type MetersOptions = {
  ledger: Ledger;
  clock: Clock;
  log: Log;
  ask?: (rule: MeterRule, span: Span) => Promise<Amounts>;
};

/**
 * Asks the meters that the admin runs, each at its own pace, and tells the
 * ledger. Hours are asked from where the last answer ended, so that one that
 * was away loses nothing; one that fails has said nothing.
 */
export class Meters {
  readonly #options: MetersOptions;
  readonly #turns = new Map<string, Turn>();
  readonly #away = new Set<string>();
  /** Those that are being asked. */
  readonly #busy = new Map<string, Promise<void>>();

  constructor(options: MetersOptions) {
    this.#options = options;
  }

  /** These are the meters from now on. */
  setRules(rules: readonly MeterRule[]): void {
    const names = new Set(rules.map(({ name }) => name));
    for (const [name, { cancel }] of this.#turns) {
      if (!names.has(name)) {
        cancel();
        this.#turns.delete(name);
        this.#away.delete(name);
      }
    }
    for (const rule of rules) {
      const known = this.#turns.get(rule.name);
      if (JSON.stringify(known?.rule) !== JSON.stringify(rule)) {
        known?.cancel();
        this.#turns.set(rule.name, { rule, cancel: () => {} });
        this.#arm(rule, 1_000);
      }
    }
  }

  stop(): void {
    this.#turns.forEach(({ cancel }) => cancel());
    this.#turns.clear();
  }

  /** Asks one meter now; whether it has told something that can be used. */
  async ask(rule: MeterRule): Promise<boolean> {
    const { ledger, log, ask = askMeter } = this.#options;
    const span = this.#spanOf(rule);
    if (span === null) {
      return true;
    }
    try {
      const amounts = await ask(rule, span);
      const metered = meteredOf(ledger, rule, amounts, span);
      if (this.#away.delete(rule.name)) {
        log.info('a meter answers again', { meter: rule.name });
      }
      ledger.measured(rule.name, span.to, metered).catch((error: unknown) =>
        log.warn('what a meter said was not written', {
          meter: rule.name,
          reason: reasonOf(error)
        })
      );
      return true;
    } catch (error) {
      if (!this.#away.has(rule.name)) {
        log.warn('a meter does not tell', {
          meter: rule.name,
          reason: reasonOf(error)
        });
      }
      this.#away.add(rule.name);
      return false;
    }
  }

  #arm(rule: MeterRule, ms: number): void {
    const turn = this.#turns.get(rule.name);
    if (turn?.rule !== rule) {
      return;
    }
    turn.cancel = this.#options.clock.after(ms, () => {
      // What the rule was before may still be asked.
      const before = this.#busy.get(rule.name) ?? Promise.resolve();
      const asked = before
        .then(() => this.ask(rule))
        .then(() => this.#arm(rule, rule.everySeconds * 1000));
      this.#busy.set(rule.name, asked);
    });
  }

  /** The time to ask for; null when there is nothing to ask for yet. */
  #spanOf(rule: MeterRule): Span | null {
    const { ledger, clock } = this.#options;
    const now = clock.now();
    const before = ledger.meteredAt(rule.name);
    if (rule.resource === 'storage-gib') {
      return { from: before ?? now, to: now };
    }
    const isReport = rule.kind === 'slurm' && isSreport(rule.command);
    const to = isReport ? wholeHour(now - REPORT_LAG_MS) : now;
    const first = isReport ? to - HOUR_MS : now - rule.everySeconds * 1000;
    const from = Math.max(before ?? first, now - MOST_SPAN_MS);
    return from < to ? { from: isReport ? wholeHour(from) : from, to } : null;
  }
}

const isSreport = (command: readonly string[]) =>
  command.some(word => basename(word) === 'sreport');
const wholeHour = (at: Millis) => Math.floor(at / HOUR_MS) * HOUR_MS;

/** As programs of Slurm take a time: local, to the second. */
function localTime(at: Millis): string {
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/**
 * The program as it stands, but for `{from}`, `{to}` (local time) and
 * `{seconds}`, which say what time it is asked about; the same stands in its
 * environment, in seconds since 1970.
 */
async function run(command: readonly string[], span: Span): Promise<string> {
  const { from, to } = span;
  const seconds = String(Math.max(1, Math.round((to - from) / 1000)));
  const words = command.map(word =>
    word
      .replaceAll('{from}', localTime(from))
      .replaceAll('{to}', localTime(to))
      .replaceAll('{seconds}', seconds)
  );
  return outputOf(words, {
    env: {
      COMMONS_METER_FROM: String(Math.floor(from / 1000)),
      COMMONS_METER_TO: String(Math.floor(to / 1000)),
      COMMONS_METER_SECONDS: seconds
    }
  });
}

/** Asks whatever the rule names. */
export async function askMeter(rule: MeterRule, span: Span): Promise<Amounts> {
  switch (rule.kind) {
    case 'prometheus':
      return askPrometheus(rule, span);
    case 'command':
      return amountsOfLines(await run(rule.command, span));
    case 'slurm':
      return amountsOfSlurm(await run(rule.command, span), rule, span);
    case 'filesystem':
      return amountsOfFilesystem(await run(rule.command, span));
  }
}

/** For the ledger: people of the hub only; hours by the hour. */
function meteredOf(
  ledger: Ledger,
  { name: meter, resource, gpu }: MeterRule,
  amounts: Amounts,
  span: Span
): Metered[] {
  const known = [...amounts].filter(([user]) => ledger.user(user) !== null);
  const each = (user: string, from: Millis, to: Millis, amount: number) => ({
    ...{ meter, user, resource, gpu, from, to, amount }
  });
  // Of nobody: how far the meter has been asked. First, so that a crash may lose
  // what follows, and never have it asked for again.
  const mark = each('', 0, span.to, 0);
  if (resource === 'storage-gib') {
    return [
      mark,
      ...known.map(([user, amount]) => each(user, 0, span.to, amount)),
      ...emptied(ledger, meter, amounts).map(user => each(user, 0, span.to, 0))
    ];
  }
  const hours = known.flatMap(([user, amount]) =>
    byHour(span, amount).map(({ from, to, part }) => {
      const now = hourOf(ledger, meter, user, resource, from);
      return each(user, from, to, now + part);
    })
  );
  return [mark, ...hours];
}

/** Who had something, and is not told of any more. */
function emptied(ledger: Ledger, meter: string, amounts: Amounts): string[] {
  const empty: string[] = [];
  for (const { user } of ledger.users()) {
    const before = ledger.metered(meter, user, 'storage-gib', 0, 0);
    if (before !== null && before.amount > 0 && !amounts.has(user)) {
      empty.push(user);
    }
  }
  return empty;
}

/** What the meter has said of that hour so far. */
function hourOf(
  ledger: Ledger,
  meter: string,
  user: string,
  resource: QuotaResource,
  hour: Millis
): number {
  return (
    ledger.metered(meter, user, resource, hour, hour + HOUR_MS)?.amount ?? 0
  );
}

/** Spread evenly over the hours that the time lies in. */
function byHour(
  { from, to }: Span,
  amount: number
): { from: Millis; to: Millis; part: number }[] {
  const parts = [];
  let at = from;
  while (amount > 0 && at < to) {
    const hour = wholeHour(at);
    const end = Math.min(to, hour + HOUR_MS);
    parts.push({
      ...{ from: hour, to: end },
      part: (amount * (end - at)) / (to - from)
    });
    at = end;
  }
  return parts;
}
