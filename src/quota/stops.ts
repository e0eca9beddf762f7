import type { PlannedStop } from '@jupyterlab-commons/protocol';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { isMarkPassed, untilNextStep } from './countdown';
import type { SaveResult } from './save-all';

/** The companion says "save" at the first; where that word is lost, the page's own clock does. */
const SAVE_AT_MS = [30_000, 8000];
/** So often it is asked what became of a stop whose moment has passed. */
const OVERDUE_MS = 30_000;

export type StopsOptions = {
  /** The companion's time. */
  time: () => number;
  /** The server of this page; null while it is not known. */
  own: () => string | null;
  /** Saves what can be saved without a question. */
  save: () => Promise<SaveResult>;
  /** A stop is overdue: what has become of it? */
  ask: () => void;
};

/** The stops that are planned for this person's servers, and what is due until then. */
export class Stops implements IDisposable {
  constructor(private readonly _options: StopsOptions) {
    document.addEventListener('visibilitychange', this._look);
  }

  /** The server of this page first, then the nearest. */
  get list(): readonly PlannedStop[] {
    const own = this._options.own();
    return [...this._stops.values()].sort(
      (one, other) =>
        Number(other.server === own) - Number(one.server === own) ||
        one.stopAt - other.stopAt
    );
  }

  /** A stop, or what is said of one, has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Counts up when a screen reader should be told how much time is left. */
  get told(): number {
    return this._told;
  }

  /** What became of the last saving by itself; null before. */
  get result(): SaveResult | null {
    return this._result;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** A countdown has begun or changed. */
  put(stop: PlannedStop): void {
    if (this._stops.get(stop.server)?.stopAt !== stop.stopAt) {
      this._told++;
    }
    this._stops.set(stop.server, stop);
    this._look();
  }

  /** These stand and no others. */
  keep(stops: readonly PlannedStop[]): void {
    for (const server of [...this._stops.keys()]) {
      if (!stops.some(each => each.server === server)) {
        this._stops.delete(server);
      }
    }
    stops.forEach(stop => this.put(stop));
    this._look();
  }

  drop(server: string): void {
    this._stops.delete(server);
    this._look();
  }

  /** Saves now and says what became of it; while it is being saved once is enough. */
  save(save = this._options.save): Promise<void> {
    this._saving ??= save()
      .then(result => {
        this._result = result;
      })
      .finally(() => {
        this._saving = null;
        this._changed.emit();
      });
    return this._saving;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    document.removeEventListener('visibilitychange', this._look);
    Signal.clearData(this);
  }

  /** Does what is due, and looks again when something will be. */
  private _look = (): void => {
    clearTimeout(this._timer);
    if (this._isDisposed) {
      return;
    }
    const now = this._options.time();
    const waits = [...this._stops.values()].map(stop => {
      const left = stop.stopAt - now;
      this._doWhatIsDue(stop, left);
      if (left <= 0) {
        this._askAt(now);
      }
      return left > 0 ? untilNextStep(left) : OVERDUE_MS;
    });
    for (const server of [...this._lefts.keys()]) {
      if (!this._stops.has(server)) {
        this._lefts.delete(server);
      }
    }
    if (waits.length > 0) {
      this._timer = setTimeout(this._look, Math.min(...waits));
    } else {
      this._result = null;
    }
    this._changed.emit();
  };

  private _doWhatIsDue({ server, stopAt }: PlannedStop, left: number): void {
    const known = this._lefts.get(server);
    const before = known?.stopAt === stopAt ? known.left : Infinity;
    this._lefts.set(server, { stopAt, left });
    // The beginning is told by `put`.
    if (before !== Infinity && isMarkPassed(before, left)) {
      this._told++;
    }
    const isDue = SAVE_AT_MS.some(at => before > at && left <= at);
    if (isDue && left > 0 && server === this._options.own()) {
      void this.save();
    }
  }

  /** The answer puts the stop again, which must not ask again at once. */
  private _askAt(now: number): void {
    if (Math.abs(now - this._askedAt) >= OVERDUE_MS) {
      this._askedAt = now;
      this._options.ask();
    }
  }

  private readonly _stops = new Map<string, PlannedStop>();
  /** How much time was left at the last look. */
  private readonly _lefts = new Map<string, { stopAt: number; left: number }>();
  private _askedAt = -Infinity;
  private _told = 0;
  private _result: SaveResult | null = null;
  private _saving: Promise<void> | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
}
