import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import type { Widget } from '@lumino/widgets';
import { peopleIcon } from '../ui/icons';
import { LazySidebar } from '../ui/lazy-sidebar';
import type { SessionsModel } from './model';

/** The tab of shared documents, with the number of those that are new. */
export class SessionsSidebar extends LazySidebar {
  constructor(
    private readonly _options: {
      model: SessionsModel;
      trans: TranslationBundle;
      load: () => Promise<Widget>;
    }
  ) {
    super({
      id: 'jp-commons-sessions',
      label: _options.trans.__('Shared documents'),
      icon: peopleIcon,
      trans: _options.trans,
      load: _options.load
    });
    this.addClass('jp-Commons-SessionsSidebar');
    _options.model.changed.connect(this._onChanged, this);
    this._onChanged();
  }

  override dispose(): void {
    this._options.model.changed.disconnect(this._onChanged, this);
    super.dispose();
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

  private _count = -1;
}
