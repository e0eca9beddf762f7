import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';

/** A tab of the main area. Whoever comes to it with the keyboard goes on in it. */
export abstract class MainPanel extends ReactWidget {
  constructor() {
    super();
    this.addClass('jp-Commons-GitPanel');
    this.title.closable = true;
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    void this.renderPromise?.then(() => {
      if (this.isVisible && !this.node.contains(document.activeElement)) {
        this.node
          .querySelector<HTMLElement>('.jp-Commons-GitDiff-title')
          ?.focus();
      }
    });
  }
}
