import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { IUsage } from '../tokens';
import { sampleOf } from '../ui/sample-of';
import type { UsageSettings } from './settings';
import { statusWords, type StatusPart } from './status-words';

/** What says "high" and "full" beside the colour. */
const SIGNS = { ok: '', high: '▲', full: '■' };
const LINES = {
  ok: '',
  high: 'inset 0 -2px var(--jp-warn-color1)',
  full: 'inset 0 -2px var(--jp-error-color1)'
};

/**
 * Memory, CPU and GPU in a few characters; a button that opens the panel. It is
 * there on every page, so it does without React and without a style sheet.
 */
export class UsageStatus extends Widget {
  constructor(
    private readonly _options: {
      usage: IUsage;
      trans: TranslationBundle;
      open: () => void;
    }
  ) {
    super();
    this.addClass('jp-mod-highlighted');
    const { node } = this;
    node.tabIndex = 0;
    node.setAttribute('role', 'button');
    node.style.cursor = 'pointer';
    node.addEventListener('click', _options.open);
    node.addEventListener('keydown', event => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        _options.open();
      }
    });
    _options.usage.stateChanged.connect(this.refresh, this);
  }

  /** Told when it appears and when there is nothing to show any more. */
  readonly activeChanged = new Signal<this, void>(this);

  get isActive(): boolean {
    return this._said !== '';
  }

  choose(settings: UsageSettings): void {
    this._settings = settings;
    this.refresh();
  }

  refresh(): void {
    const { usage, trans } = this._options;
    const { state } = usage;
    const sample = sampleOf(state);
    const words =
      sample === null || this._settings === null
        ? null
        : statusWords(trans, sample, this._settings);
    const isOld = state.kind === 'failed';
    const said = words === null ? '' : JSON.stringify([words, isOld]);
    if (said === this._said) {
      return;
    }
    const wasActive = this.isActive;
    this._said = said;
    this.node.replaceChildren(
      ...(words?.parts ?? []).flatMap(part => [' ', drawPart(part)])
    );
    this.node.style.fontStyle = isOld ? 'italic' : '';
    const label = isOld
      ? trans.__('Not current: %1', words?.label ?? '')
      : (words?.label ?? '');
    this.node.title = trans.__('%1. Show resources', label);
    if (wasActive !== this.isActive) {
      this.activeChanged.emit();
    }
  }

  override dispose(): void {
    this._options.usage.stateChanged.disconnect(this.refresh, this);
    super.dispose();
  }

  private _settings: UsageSettings | null = null;
  private _said = '';
}

function drawPart({ text, tone, said, room }: StatusPart): HTMLElement {
  const part = document.createElement('span');
  part.className = `jp-StatusBar-TextItem jp-mod-${tone}`;
  if (said !== '') {
    const sign = document.createElement('span');
    sign.setAttribute('role', 'img');
    sign.setAttribute('aria-label', said);
    sign.textContent = SIGNS[tone];
    part.append(sign);
  }
  part.append(text);
  Object.assign(part.style, {
    display: 'inline-block',
    marginRight: '4px',
    // Letters are narrower than digits on average, which leaves room for the sign.
    minWidth: `${room}ch`,
    fontVariantNumeric: 'tabular-nums',
    boxShadow: LINES[tone]
  });
  return part;
}
