import { inSlices } from '../clock.ts';
import type { Clock } from '../rooms/types.ts';

/** With so many frames waiting a sender is heard at once. */
const MOST_EACH = 4;
/** What a frame is about stands within its first bytes. */
const NEWS_BYTES = 24;
/** A larger frame is not kept waiting, so that what waits takes little memory. */
const MOST_SAMPLE_BYTES = 65_536;

export type GatheredOptions<Sender> = {
  clock: Clock;
  /** A frame waits so long at most; 0: not at all. */
  waitMs: number;
  /** Throws nothing: the frames of others are handled right after. */
  handle: (sender: Sender, frame: Buffer) => void;
};

/**
 * Frames that nobody waits for, handled together now and then instead of one
 * by one: of thousands of senders each comes when this process has done
 * something else before, and then handling it takes several times as long.
 *
 * Of one sender nothing is handled out of order, as long as `flush` is called
 * before anything else of that sender is.
 */
export class Gathered<Sender> {
  readonly #options: GatheredOptions<Sender>;
  readonly #waiting = new Map<Sender, Buffer[]>();
  #isArmed = false;

  constructor(options: GatheredOptions<Sender>) {
    this.#options = options;
  }

  add(sender: Sender, frame: Buffer): void {
    const known = this.#waiting.get(sender);
    if (known === undefined) {
      this.#waiting.set(sender, [frame]);
    } else {
      known.push(frame);
    }
    if (this.#options.waitMs === 0 || (known?.length ?? 0) >= MOST_EACH) {
      this.flush(sender);
    } else if (!this.#isArmed) {
      this.#isArmed = true;
      this.#options.clock.after(this.#options.waitMs, () => void this.#all());
    }
  }

  /** Handles what waits of this sender. */
  flush(sender: Sender): void {
    const frames = this.#waiting.get(sender);
    if (frames !== undefined) {
      this.#waiting.delete(sender);
      frames.forEach(frame => this.#options.handle(sender, frame));
    }
  }

  async #all(): Promise<void> {
    this.#isArmed = false;
    await inSlices([...this.#waiting.keys()], sender => this.flush(sender));
  }
}

/** Whether it looks like a small sample. A wrong guess is harmless: it is read all the same. */
export function isAboutSample(frame: Buffer): boolean {
  return (
    frame.length <= MOST_SAMPLE_BYTES &&
    frame.subarray(0, NEWS_BYTES).includes('"sample"')
  );
}
