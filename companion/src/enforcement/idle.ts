import type { Decoded, idleAdvice } from '@jupyterlab-commons/protocol';
import { every, inSlices } from '../clock.ts';
import type { Run } from '../ledger/types.ts';
import type { Clock } from '../rooms/types.ts';
import type { UsedDelta } from '../usage/delta.ts';
import type { ServerPresent } from '../usage/lives.ts';
import { keyOf, type Millis } from './types.ts';

type Advice = Decoded<typeof idleAdvice>['servers'][number];
type Sign = Advice['signs'][number];

/** A server that says nothing for so long is not known to be idle (it tells every 60 s at least). */
const SILENT_MS = 120_000;
const LOOK_MS = 30_000;
/** What a server needs when nobody uses it, in cores, is less. */
const CPU_CORES = 0.1;
/** The share of time that a GPU at work is busy at least. */
const GPU_SHARE = 0.02;

export type IdleOptions = {
  running: () => readonly Run[];
  newest: (user: string, server: string) => ServerPresent | null;
  /** Whether somebody has a live document of that server open. */
  hasPeople: (user: string, server: string) => boolean;
  clock: Clock;
};

/** Q11: which servers do nothing, and since when. Times begin anew with this process, so nobody is idle longer than it knows. */
export class Idle {
  readonly #options: IdleOptions;
  readonly #since = new Map<string, Millis>();
  readonly #gpuAtWork = new Map<string, boolean>();
  #stopLooks: () => void = () => {};

  constructor(options: IdleOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock } = this.#options;
    this.#stopLooks = every(
      clock,
      () => LOOK_MS,
      () => void this.advice()
    );
  }

  stop(): void {
    this.#stopLooks();
  }

  /** Hears of use: what a GPU did shows only between two samples. */
  used(user: string, server: string, delta: UsedDelta): void {
    const { from, to, gpuBusySeconds } = delta;
    const seconds = from === null ? 0 : (to - from) / 1000;
    this.#gpuAtWork.set(
      keyOf({ user, server }),
      gpuBusySeconds > seconds * GPU_SHARE
    );
  }

  /** In slices: others are not held up where thousands of servers run. */
  async advice(): Promise<Decoded<typeof idleAdvice>> {
    const now = this.#options.clock.now();
    const running = this.#options.running();
    const keys = new Set(running.map(keyOf));
    for (const map of [this.#since, this.#gpuAtWork]) {
      for (const key of map.keys()) {
        if (!keys.has(key)) {
          map.delete(key);
        }
      }
    }
    const servers: Advice[] = [];
    await inSlices(running, run => {
      servers.push(this.#adviceOn(run, now));
    });
    return { servers };
  }

  #adviceOn(run: Run, now: Millis): Advice {
    const { user, server } = run;
    // A server that was started anew has not been idle before.
    const key = keyOf(run);
    const signs = this.#signsOf(run, now);
    const since = Math.max(this.#since.get(key) ?? now, run.started);
    if (signs.length > 0) {
      this.#since.delete(key);
    } else {
      this.#since.set(key, since);
    }
    return { user, server, signs, idleSince: signs.length > 0 ? null : since };
  }

  #signsOf({ user, server }: Run, now: Millis): Sign[] {
    const { newest, hasPeople } = this.#options;
    const heard = newest(user, server);
    if (heard === null || now - heard.heardAt > SILENT_MS) {
      return ['unknown'];
    }
    const { busy, cpuCores = 0 } = heard;
    const signs: [Sign, boolean][] = [
      ['kernel', busy],
      ['cpu', cpuCores >= CPU_CORES],
      ['gpu', this.#gpuAtWork.get(keyOf({ user, server })) ?? false],
      ['people', hasPeople(user, server)]
    ];
    return signs.filter(([, there]) => there).map(([sign]) => sign);
  }
}
