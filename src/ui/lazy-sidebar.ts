import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import { PanelLayout, Widget } from '@lumino/widgets';
import { tellTooOld } from './tell-too-old';

export type LazySidebarOptions = {
  id: string;
  label: string;
  icon: LabIcon;
  trans: TranslationBundle;
  load: () => Promise<Widget>;
  /** Called when it is shown; the answer is disposed when it is hidden. */
  look?: () => IDisposable;
};

/**
 * The tab of a panel. What is in it is loaded when it is first shown, so that a
 * start of JupyterLab pays for an icon.
 */
export class LazySidebar extends Widget {
  constructor(private readonly _lazy: LazySidebarOptions) {
    super();
    const { id, label, icon } = _lazy;
    this.layout = new PanelLayout();
    this.id = id;
    this.node.style.minWidth = '200px';
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', label);
    this.title.icon = icon;
    this.title.caption = label;
  }

  protected override onBeforeShow(msg: Message): void {
    super.onBeforeShow(msg);
    void this._load();
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._looking ??= this._lazy.look?.();
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this._endLook();
  }

  protected override onBeforeDetach(msg: Message): void {
    super.onBeforeDetach(msg);
    this._endLook();
  }

  private _endLook(): void {
    this._looking?.dispose();
    this._looking = undefined;
  }

  private async _load(): Promise<void> {
    if (this._asked) {
      return;
    }
    this._asked = true;
    try {
      const panel = await this._lazy.load();
      if (this.isDisposed) {
        panel.dispose();
      } else {
        (this.layout as PanelLayout).addWidget(panel);
      }
    } catch (error) {
      // The next time it is shown it is tried again.
      this._asked = false;
      tellTooOld(this._lazy.trans, error);
    }
  }

  private _asked = false;
  private _looking: IDisposable | undefined;
}
