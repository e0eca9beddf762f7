import '../../style/sharing.css';
import { Dialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import { shortName } from '../ui/words';
import type { ShareModel } from './model';
import { ShareView } from './share-view';

const FOCUSABLE =
  'button:not(:disabled), input:not(:disabled), select:not(:disabled), a[href]';

class ShareBody extends ReactWidget {
  constructor(
    private readonly _model: ShareModel,
    private readonly _close: () => void
  ) {
    super();
    // Drawn after it is attached, so that JupyterLab's styling, which moves
    // `select` elements into wrappers of its own, finds none under React.
  }

  protected override render(): JSX.Element {
    return <ShareView model={this._model} onClose={this._close} />;
  }
}

/**
 * JupyterLab's dialog around our own view. The stock one answers Enter with its
 * default button wherever the focus is, closes on a click beside it, and knows
 * only its own buttons; here every button is in the body.
 */
class ShareDialog extends Dialog<void> {
  constructor(model: ShareModel) {
    const title = model.trans.__('Share %1', shortName(model.name));
    super({
      title,
      body: new ShareBody(model, () => this.reject()),
      buttons: [],
      hasClose: true
    });
    this.addClass('jp-Commons-ShareDialog');
    this.node.setAttribute('aria-label', title);
  }

  protected override _evtKeydown(event: KeyboardEvent): void {
    if (event.key === 'Tab') {
      this._keepFocus(event);
    } else if (event.key === 'Escape' && !isOpenList(event.target)) {
      event.preventDefault();
      event.stopPropagation();
      this.reject();
    }
  }

  protected override _evtClick(event: MouseEvent): void {
    const content = this.node.querySelector('.jp-Dialog-content');
    if (event.target instanceof Node && !content?.contains(event.target)) {
      // What was chosen must not be lost to a click beside the dialog.
      event.preventDefault();
      event.stopPropagation();
    }
  }

  protected override _evtFocus(event: FocusEvent): void {
    if (event.target instanceof Node && !this.node.contains(event.target)) {
      // A panel that opens behind us takes the focus; the body knows where to.
      event.stopPropagation();
      this.node.querySelector<HTMLElement>('.jp-Commons-ShareView')?.focus();
    }
  }

  private _keepFocus(event: KeyboardEvent): void {
    const all = this._focusable();
    const first = all[0];
    const last = all[all.length - 1];
    const leaves = event.shiftKey ? first : last;
    if (document.activeElement === leaves) {
      event.preventDefault();
      (event.shiftKey ? last : first)?.focus();
    }
  }

  private _focusable(): HTMLElement[] {
    return [...this.node.querySelectorAll<HTMLElement>(FOCUSABLE)];
  }
}

function isOpenList(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.getAttribute('aria-expanded') === 'true'
  );
}

/**
 * Shows the dialog until it is closed. JupyterLab shows one dialog at a time:
 * when saving asks a question of its own ("the file changed on disk"), ours
 * gives way, since that question would wait for us while we wait for it.
 */
export async function showShareDialog(model: ShareModel): Promise<void> {
  for (;;) {
    const dialog = new ShareDialog(model);
    let gaveWay = false;
    const giveWay = () => {
      gaveWay = true;
      dialog.reject();
    };
    // Rejects when it is disposed of by somebody else: closed, too.
    const closed = dialog.launch().catch(() => undefined);
    Dialog.tracker.widgetAdded.connect(giveWay);
    await closed;
    Dialog.tracker.widgetAdded.disconnect(giveWay);
    if (!gaveWay) {
      return;
    }
  }
}
