import '../../style/quota.css';
import type { Allowance, PlannedStop } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { Banner, type BannerAction } from '../ui/banner';
import { LiveRegion } from '../ui/live-region';
import { leftWords } from './countdown';
import { savedWords, stopWords } from './stop-words';
import type { Stops } from './stops';

const MINUTE_MS = 60_000;

export type StopBannerProps = {
  stops: Stops;
  trans: TranslationBundle;
  time: () => number;
  own: () => string | null;
  allowances: () => readonly Allowance[];
  /** Saves everything; questions may be asked. */
  save: () => void;
  ask: (policy?: string) => void;
};

/** Stays above everything until the stop is over or was cancelled. */
export class StopBanner extends ReactWidget {
  constructor(private readonly _props: StopBannerProps) {
    super();
    const { trans } = _props;
    this.id = 'jp-commons-quota-stop';
    this.addClass('jp-Commons-Quota-stopBanner');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Planned stop'));
  }

  protected override render(): JSX.Element {
    return <StopLines {...this._props} />;
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._observer.observe(this.node);
    // The layout gives as much height as is asked for, and text wraps.
    this._mutations.observe(this.node, {
      childList: true,
      characterData: true,
      subtree: true
    });
  }

  protected override onBeforeDetach(msg: Message): void {
    this._observer.disconnect();
    this._mutations.disconnect();
    super.onBeforeDetach(msg);
  }

  private _fit = (): void => {
    const height = `${this.node.firstElementChild?.scrollHeight ?? 0}px`;
    if (this.node.style.minHeight !== height) {
      this.node.style.minHeight = height;
      this.parent?.fit();
    }
  };

  private readonly _observer = new ResizeObserver(this._fit);
  private readonly _mutations = new MutationObserver(this._fit);
}

/** One line for each planned stop, and what became of saving. */
export function StopLines(props: StopBannerProps): JSX.Element {
  const { stops } = props;
  return (
    <UseSignal signal={stops.changed}>{() => <Lines {...props} />}</UseSignal>
  );
}

function Lines(props: StopBannerProps): JSX.Element {
  const { stops, trans } = props;
  const { list, told, result } = stops;
  const saved = result === null ? '' : savedWords(trans, result);
  return (
    <div>
      {list.map(stop => (
        <StopLine key={stop.server} {...props} stop={stop} />
      ))}
      <LiveRegion text={saved} visible={saved !== ''} />
      <Announcement key="said" told={told} text={lineWords(props, list[0])} />
    </div>
  );
}

/** Changes what it says only when it should be heard. */
function Announcement(props: { told: number; text: string }): JSX.Element {
  const { told, text } = props;
  const [said, say] = React.useState('');
  const newest = React.useRef(text);
  React.useEffect(() => {
    newest.current = text;
  });
  React.useEffect(() => {
    say(newest.current);
  }, [told]);
  return <LiveRegion text={said} />;
}

function lineWords(
  { trans, time, own, allowances }: StopBannerProps,
  stop: PlannedStop | undefined
): string {
  if (stop === undefined) {
    return '';
  }
  const now = time();
  const left = stop.stopAt - now;
  const words = stopWords(trans, stop, {
    own: own(),
    allowances: allowances(),
    now
  });
  return left > 0
    ? trans.__('%1 Time left: %2.', words, leftWords(trans, left))
    : trans.__('%1 It is being stopped now.', words);
}

function StopLine(props: StopBannerProps & { stop: PlannedStop }): JSX.Element {
  const { stop, trans, time, own, save, ask } = props;
  const actions: BannerAction[] = [];
  if (stop.server === own()) {
    actions.push({ label: trans.__('Save all'), run: save });
  }
  if (stop.because === 'policy') {
    actions.push({
      label: trans.__('Ask for more…'),
      run: () => ask(stop.policy)
    });
  }
  return (
    <Banner
      tone={stop.stopAt - time() <= MINUTE_MS ? 'error' : 'warn'}
      text={lineWords(props, stop)}
      actions={actions}
    />
  );
}
