import '../../style/quota.css';
import '../../style/figures.css';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { resourcesIcon } from '../ui/icons';
import { QuotaView, type PageProps } from './page-view';

export const PAGE_ID = 'jp-commons-quota';

/** The tab of the main area. */
export class QuotaPage extends ReactWidget {
  constructor(private readonly _props: PageProps) {
    super();
    const label = _props.trans.__('Quota');
    this.id = PAGE_ID;
    this.addClass('jp-Commons-Usage');
    this.addClass('jp-Commons-Quota');
    this.title.label = label;
    this.title.caption = label;
    this.title.icon = resourcesIcon;
    this.title.closable = true;
    this.node.tabIndex = -1;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', label);
  }

  protected override render(): JSX.Element {
    return <QuotaView {...this._props} />;
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this.node.focus();
  }
}
