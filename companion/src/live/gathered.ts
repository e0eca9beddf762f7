import { inSlices } from '../clock.ts';
import type { Clock } from '../rooms/types.ts';

/** So many frames of a sender wait at most; with the next all are handled. */
const MOST_EACH = 3;
/** What a frame is about stands within its first bytes. */
const NEWS_BYTES = 24;
/** A larger frame is not kept waiting, so that what waits takes little memory. */
const MOST_SAMPLE_BYTES = 65_536;

export type GatheredOptions<Sender, Frame> = {
  clock: Clock;
  /** A frame waits so long at most; 0: not at all. */
  waitMs: number;
  /** Whether nobody waits for what it says. */
  mayWait: (frame: Frame) => boolean;
  /** Throws nothing: the frames of others are handled right after. */
  handle: (sender: Sender, frame: Frame) => void;
};

/**
 * Handles the frames that nobody waits for together now and then instead of
 * one by one: of thousands of senders each comes when this process has done
 * something else before, and then handling it takes several times as long. Of
 * one sender everything is handled in order.
 */
export class Gathered<Sender, Frame> {
  readonly #options: GatheredOptions<Sender, Frame>;
  readonly #waiting = new Map<Sender, Frame[]>();
  #isArmed = false;

  constructor(options: GatheredOptions<Sender, Frame>) {
    this.#options = options;
  }

  hear(sender: Sender, frame: Frame): void {
    const { clock, waitMs, mayWait, handle } = this.#options;
    const before = this.#waiting.get(sender) ?? [];
    if (waitMs === 0 || before.length >= MOST_EACH || !mayWait(frame)) {
      this.flush(sender);
      handle(sender, frame);
      return;
    }
    this.#waiting.set(sender, before);
    before.push(frame);
    if (!this.#isArmed) {
      this.#isArmed = true;
      clock.after(waitMs, () => void this.#all());
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
export function isAboutSample(frame: Buffer | null): boolean {
  return (
    frame !== null &&
    frame.length <= MOST_SAMPLE_BYTES &&
    frame.subarray(0, NEWS_BYTES).includes('"sample"')
  );
}
