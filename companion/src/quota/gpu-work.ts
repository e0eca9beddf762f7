import type { Millis } from '../ledger/types.ts';

/** The share of time that a GPU at work is busy at least. */
const BUSY_SHARE = 0.02;
const MOST = 50_000;

/** Busy: the share of time that held GPUs were at work, 0 to 1. */
export type GpuWork = { at: Millis; busy: number; idleSince: Millis | null };

/** What servers say of the GPUs they hold: whether these do anything. Reported, so it decides nothing. */
export class GpuWatch {
  readonly #work = new Map<string, GpuWork>();

  /** Hears of what a server has used since its sample before. */
  used(
    user: string,
    server: string,
    delta: { from: Millis | null; to: Millis; gpuBusySeconds: number },
    gpus: number
  ): void {
    const key = keyOf(user, server);
    const before = this.#work.get(key);
    const { from, to, gpuBusySeconds } = delta;
    if (from === null || to <= from || gpus === 0) {
      // A new life has not been idle before.
      this.#work.delete(key);
      return;
    }
    const share = gpuBusySeconds / (((to - from) / 1000) * gpus);
    const busy = Math.min(1, Math.max(0, share));
    const idleSince = busy >= BUSY_SHARE ? null : (before?.idleSince ?? from);
    this.#work.set(key, { at: to, busy, idleSince });
    if (this.#work.size > MOST) {
      this.#work.delete(this.#work.keys().next().value!);
    }
  }

  of(user: string, server: string): GpuWork | null {
    return this.#work.get(keyOf(user, server)) ?? null;
  }
}

/** User names hold no slash, so no two pairs have the same key. */
function keyOf(user: string, server: string): string {
  return `${user}/${server}`;
}
