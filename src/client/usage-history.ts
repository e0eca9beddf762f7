import type { UsageHistory, UsageSample } from '@jupyterlab-commons/protocol';

type Series = UsageHistory['memory'];

const HOUR_SECONDS = 3600;
const MIB = 1024 * 1024;
/** Older figures of GPUs are of a driver that hangs; a gap says so. */
const GPUS_OLD_MS = 90_000;

/** How far a moment is from the end of a series, in its steps, and where that is. */
type Advance = { steps: number; end: number; most: number };

function advance(end: number, at: number, stepSeconds: number): Advance {
  const stepMs = stepSeconds * 1000;
  const steps = Math.round((at - end) / stepMs);
  const most = Math.max(1, Math.floor(HOUR_SECONDS / stepSeconds));
  if (steps < -1) {
    // The server's clock was set back: what follows is new all the same.
    return { steps: 1, end: at, most };
  }
  return steps <= 0
    ? { steps: 0, end, most }
    : { steps, end: end + steps * stepMs, most };
}

/** The series with one more number, or with its last one replaced in the same step. */
function put(
  series: Series,
  value: number | undefined,
  { steps, most }: Advance
): Series {
  if (steps === 0) {
    return value === undefined ? series : [...series.slice(0, -1), value];
  }
  const number = value ?? null;
  // One missed step is a late figure, more are a gap.
  const missed: Series =
    steps === 2 ? [number] : Array(Math.min(steps - 1, most)).fill(null);
  return [...series, ...missed, number].slice(-most);
}

const whole = (value: number | undefined, unit: number): number | undefined =>
  value === undefined ? undefined : Math.round(value / unit);

/** All keys of both, each once. */
const keysOf = (one: object, other: object): string[] =>
  Object.keys({ ...one, ...other });

/** The last hour, as the server sent it and as it went on since. */
export class LiveHistory {
  constructor(history: UsageHistory) {
    this._current = history;
    this._consumersEnd = history.end;
  }

  /** One in which nothing has been measured yet. */
  static empty(at: number): LiveHistory {
    return new LiveHistory({
      end: at,
      step: 5,
      memory: [null],
      cpu: [null],
      gpus: {},
      consumers: {},
      consumersStep: 30
    });
  }

  /** Another object after each `add`; what it had before stays as it was. */
  get current(): UsageHistory {
    return this._current;
  }

  add(sample: UsageSample): void {
    const { memory, cpu, disk, network } = sample;
    const past = this._current;
    const next = advance(past.end, sample.at, past.step);
    const on = (series: Series | undefined, value: number | undefined) =>
      series === undefined && value === undefined
        ? undefined
        : put(series ?? past.memory.map(() => null), value, next);
    this._current = {
      ...past,
      end: next.end,
      memory: put(past.memory, whole(memory.used, MIB), next),
      cpu: put(past.cpu, whole(cpu.used, 0.01), next),
      ...given({
        disk: on(
          past.disk,
          disk?.by === 'machine' ? undefined : whole(disk?.used, MIB)
        ),
        received: on(past.received, whole(network?.received, 1024)),
        sent: on(past.sent, whole(network?.sent, 1024))
      }),
      gpus: gpusAfter(past, sample, next),
      consumers: this._consumersAfter(sample)
    };
  }

  private _consumersAfter({
    at,
    consumers
  }: UsageSample): UsageHistory['consumers'] {
    const { consumers: past, consumersStep } = this._current;
    const next = advance(this._consumersEnd, at, consumersStep);
    this._consumersEnd = next.end;
    const length = Math.max(1, ...Object.values(past).map(each => each.length));
    const all = keysOf(past, consumers).map(key => {
      const series = past[key] ?? Array<null>(length).fill(null);
      return [
        key,
        put(series, whole(consumers[key]?.memory, MIB), next)
      ] as const;
    });
    // What ended more than an hour ago is forgotten.
    return Object.fromEntries(
      all.filter(([, series]) => series.some(each => each !== null))
    );
  }

  private _current: UsageHistory;
  private _consumersEnd: number;
}

function gpusAfter(
  past: UsageHistory,
  sample: UsageSample,
  next: Advance
): UsageHistory['gpus'] {
  const { at, gpusAt = at } = sample;
  const gpus = at - gpusAt > GPUS_OLD_MS ? {} : sample.gpus;
  const none = { busy: [], memory: [] };
  const padded = (series: Series) =>
    series.length === 0 ? past.memory.map(() => null) : series;
  return Object.fromEntries(
    keysOf(past.gpus, gpus).map(key => {
      const { busy, memory } = past.gpus[key] ?? none;
      return [
        key,
        {
          busy: put(padded(busy), whole(gpus[key]?.busy, 1), next),
          memory: put(padded(memory), whole(gpus[key]?.memoryUsed, MIB), next)
        }
      ];
    })
  );
}

/** Without the keys that have no value: absent means "not reported". */
function given<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined)
  ) as Partial<T>;
}
