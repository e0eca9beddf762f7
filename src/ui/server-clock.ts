/**
 * The server's time as this page knows it. The two clocks may be hours apart, so
 * the age of a figure is counted from when the page heard of it.
 */
export class ServerClock {
  constructor(private readonly _now: () => number = Date.now) {}

  /**
   * Something came that the server had measured at `at`. Where the stream was
   * down before the first figure was seen, only the clocks can tell its age.
   */
  heard(at: number, isFresh: boolean): void {
    if (at === this._at) {
      return;
    }
    const now = this._now();
    this._at = at;
    this._heardAt = isFresh ? now : Math.min(now, at);
  }

  /** Milliseconds since the last figure came. */
  get age(): number {
    return Math.max(0, this._now() - this._heardAt);
  }

  /** The server's time now. */
  get time(): number {
    return this._at + this.age;
  }

  private _at = 0;
  private _heardAt = 0;
}
