import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { IUsage, UsageState } from '../tokens';
import { ServerClock } from './server-clock';

/** What can be done with a kernel or a terminal; the panel turns it into a command. */
export type UsageVerb = 'open' | 'interrupt' | 'restart' | 'shut-down';

export type UsagePanelOptions = {
  usage: IUsage;
  trans: TranslationBundle;
  run: (verb: UsageVerb, key: string) => void;
  /** The clock; tests hand in their own. */
  now?: () => number;
};

/** What a view of the stream is drawn from. */
export type UsageViewProps = {
  state: UsageState;
  /** The server's time, in milliseconds. */
  time: number;
  /** Milliseconds since the figures came. */
  age: number;
  trans: TranslationBundle;
  run: (verb: UsageVerb, key: string) => void;
};

/** So often the ages are counted on while nothing comes. */
const AGES_MS = 5000;

/**
 * A panel that draws the stream while somebody sees it. A hidden one costs
 * nothing, and is current when it is shown.
 */
export abstract class UsageWidget extends ReactWidget {
  constructor(protected readonly options: UsagePanelOptions) {
    super();
    this._clock = new ServerClock(options.now);
    options.usage.stateChanged.connect(this._onChanged, this);
    this._hear(options.usage.state);
  }

  override dispose(): void {
    this.options.usage.stateChanged.disconnect(this._onChanged, this);
    super.dispose();
  }

  protected get viewProps(): UsageViewProps {
    const { usage, trans, run } = this.options;
    const { time, age } = this._clock;
    return { state: usage.state, time, age, trans, run };
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._timer = window.setInterval(() => {
      if (this._clock.age >= AGES_MS) {
        this._redraw();
      }
    }, AGES_MS);
  }

  protected override onBeforeDetach(msg: Message): void {
    window.clearInterval(this._timer);
    super.onBeforeDetach(msg);
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this.update();
  }

  private _onChanged(_: IUsage, state: UsageState): void {
    this._hear(state);
    this._redraw();
  }

  private _hear(state: UsageState): void {
    if (state.kind === 'ready') {
      this._clock.heard(state.sample.at, true);
    } else if (state.kind === 'failed' && state.last !== null) {
      this._clock.heard(state.last.at, false);
    }
  }

  private _redraw(): void {
    if (this.isVisible) {
      this.update();
    }
  }

  private readonly _clock: ServerClock;
  private _timer = 0;
}
