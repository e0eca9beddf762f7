import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { PanelLayout, Widget } from '@lumino/widgets';
import { peopleIcon } from '../ui/icons';
import type { SessionsModel } from './model';

/**
 * The tab of the panel. What is in it is loaded when it is first shown, so that
 * a start of JupyterLab pays for an icon and a number.
 */
export class SessionsSidebar extends Widget {
  constructor(
    private readonly _options: {
      model: SessionsModel;
      trans: TranslationBundle;
      load: () => Promise<Widget>;
    }
  ) {
    super();
    this.layout = new PanelLayout();
    this.id = 'jp-commons-sessions';
    this.addClass('jp-Commons-SessionsSidebar');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', _options.trans.__('Shared documents'));
    this.title.icon = peopleIcon;
    _options.model.changed.connect(this._onChanged, this);
    this._onChanged();
  }

  override dispose(): void {
    this._options.model.changed.disconnect(this._onChanged, this);
    super.dispose();
  }

  protected override onBeforeShow(msg: Message): void {
    super.onBeforeShow(msg);
    void this._load();
  }

  /** Seen means: shown, and then left. Until then the rows say "New". */
  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this._options.model.markSeen();
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._onChanged();
  }

  private async _load(): Promise<void> {
    if (this._asked) {
      return;
    }
    this._asked = true;
    try {
      const panel = await this._options.load();
      if (this.isDisposed) {
        panel.dispose();
      } else {
        (this.layout as PanelLayout).addWidget(panel);
      }
    } catch (error) {
      // The next time it is shown it is tried again.
      this._asked = false;
      console.error(error);
    }
  }

  private _onChanged(): void {
    const { model, trans } = this._options;
    const count = this.isVisible ? 0 : model.newsCount;
    if (count === this._count) {
      return;
    }
    this._count = count;
    this.title.caption =
      count === 0
        ? trans.__('Shared documents')
        : trans._n(
            'Shared documents (%1 new)',
            'Shared documents (%1 new)',
            count
          );
    // Drawn on the tab by style/sessions.css.
    this.title.dataset = {
      ...this.title.dataset,
      'commons-news': count === 0 ? '' : String(count)
    };
  }

  private _asked = false;
  private _count = -1;
}
