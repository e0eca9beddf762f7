import type { QuotaResource } from '@jupyterlab-commons/protocol';
import type { StoredRun } from '../storage/ledger-store.ts';
import { perHour } from './rates.ts';
import { FROM, shareWithin, Spans, TO, VALUE } from './spans.ts';
import type { Millis, Rates, Run, SeeStretch, Stretch } from './types.ts';

const SECONDS_PER_HOUR = 3600;

type Kind = { server: string; profile: string; rates: Rates };

/** Servers, profiles and rates, each combination once: all runs of all people share them. */
export class Kinds {
  readonly #numbers = new Map<string, number>();
  readonly #kinds: Kind[] = [];

  number({ server, profile, rates }: Kind): number {
    const { cpu, memoryBytes, gpus, gpuModel, creditsPerHour } = rates;
    const key = JSON.stringify([
      ...[server, profile, cpu, memoryBytes],
      ...[gpus, gpuModel, creditsPerHour]
    ]);
    const known = this.#numbers.get(key);
    if (known !== undefined) {
      return known;
    }
    this.#numbers.set(key, this.#kinds.length);
    return this.#kinds.push({ server, profile, rates: { ...rates } }) - 1;
  }

  kind(number: number): Kind {
    return this.#kinds[number]!;
  }
}

// Further columns of a piece.
const STARTED = 3;
const KIND = 4;
const PIECE = 5;
const STEADY = 6;
const WIDTH = 7;

/** The runs of one user: those that ended as numbers, those that are open as they are. */
export class UserRuns {
  readonly #user: string;
  readonly #kinds: Kinds;
  readonly #ended = new Spans(WIDTH);
  /** By server: a server runs once at a time. */
  readonly #open = new Map<string, StoredRun>();

  constructor(user: string, kinds: Kinds) {
    this.#user = user;
    this.#kinds = kinds;
  }

  get bytes(): number {
    return this.#ended.bytes;
  }

  get open(): Iterable<StoredRun> {
    return this.#open.values();
  }

  openOn(server: string): StoredRun | null {
    return this.#open.get(server) ?? null;
  }

  /** A run that is open, in place of the one before it of the same server. */
  setOpen(run: StoredRun): void {
    this.#open.set(run.server, run);
  }

  /** A run, or a piece of one, that has ended; it is not open any more if it was. */
  end(run: StoredRun): void {
    const open = this.#open.get(run.server);
    if (open?.started === run.started && open.piece === run.piece) {
      this.#open.delete(run.server);
    }
    this.#ended.add([
      run.from,
      run.to,
      run.seconds,
      run.started,
      this.#kinds.number(run),
      run.piece,
      run.steady
    ]);
  }

  /** The newest piece of a run that has ended, taken out to go on; null when there is none. */
  reopen(server: string, started: Millis): StoredRun | null {
    let found = -1;
    for (let row = this.#ended.rows - 1; row >= 0; row--) {
      if (
        this.#ended.cell(row, STARTED) === started &&
        this.#kindOf(row).server === server &&
        (found < 0 ||
          this.#ended.cell(row, PIECE) > this.#ended.cell(found, PIECE))
      ) {
        found = row;
      }
    }
    if (found < 0) {
      return null;
    }
    const run = this.#runAt(found);
    this.#ended.remove(found);
    return run;
  }

  used(
    resource: QuotaResource,
    gpu: string | null,
    from: Millis,
    to: Millis
  ): number {
    let seconds = this.#ended.sum(from, to, row =>
      perHour(this.#kindOf(row).rates, resource, gpu)
    );
    for (const run of this.#open.values()) {
      seconds +=
        run.seconds *
        shareWithin(run.from, run.to, from, to) *
        perHour(run.rates, resource, gpu);
    }
    return seconds / SECONDS_PER_HOUR;
  }

  /** Those that reach into `[from, …)`, oldest first. */
  reaching(from: Millis): Run[] {
    const runs: Run[] = [...this.#open.values()];
    for (let row = this.#ended.firstFrom(from); row < this.#ended.rows; row++) {
      runs.push(this.#runAt(row));
    }
    return runs.sort((a, b) => a.from - b.from || a.piece - b.piece);
  }

  /** The same without making an object of each, in the order of their ends. */
  eachReaching(from: Millis, see: SeeStretch): void {
    this.#open.forEach(run => see(run));
    const first = this.#ended.firstFrom(from);
    if (first === this.#ended.rows) {
      return;
    }
    const { rates } = this.#kindOf(first);
    const seen: Stretch = { from: 0, to: 0, seconds: 0, rates };
    for (let row = first; row < this.#ended.rows; row++) {
      seen.from = this.#ended.cell(row, FROM);
      seen.to = this.#ended.cell(row, TO);
      seen.seconds = this.#ended.cell(row, VALUE);
      seen.rates = this.#kindOf(row).rates;
      see(seen);
    }
  }

  prune(before: Millis): void {
    this.#ended.prune(before);
  }

  #kindOf(row: number): Kind {
    return this.#kinds.kind(this.#ended.cell(row, KIND));
  }

  #runAt(row: number): StoredRun {
    return {
      user: this.#user,
      ...this.#kindOf(row),
      started: this.#ended.cell(row, STARTED),
      piece: this.#ended.cell(row, PIECE),
      from: this.#ended.cell(row, FROM),
      to: this.#ended.cell(row, TO),
      seconds: this.#ended.cell(row, VALUE),
      open: false,
      steady: this.#ended.cell(row, STEADY)
    };
  }
}
