import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { DocumentInfo } from '@jupyterlab-commons/protocol';
import { isOnOwnersServer } from '../client/own-server';
import type { IDocuments } from '../tokens';

/**
 * Watches the panels of plain files for one that shows a shared file of this
 * person: opened when it was shared already, or shared while it is open.
 */
export class PlainPanels {
  /**
   * `onShared` is called once for a panel; `wasPlain` says that the file was not
   * shared when the panel was opened.
   */
  constructor(
    private readonly _documents: IDocuments,
    private readonly _onShared: (
      panel: IDocumentWidget,
      document: DocumentInfo,
      wasPlain: boolean
    ) => void
  ) {
    _documents.listChanged.connect(this._lookAtAll, this);
  }

  /** To be called for each panel of a file, as it is made. */
  add(panel: IDocumentWidget): void {
    this._wasPlain.set(panel, false);
    panel.disposed.connect(() => this._wasPlain.delete(panel));
    // The panel is not in the shell yet; it cannot be taken out of it either.
    setTimeout(() => this._look(panel), 0);
  }

  private _lookAtAll(): void {
    for (const panel of [...this._wasPlain.keys()]) {
      this._look(panel);
    }
  }

  private _look(panel: IDocumentWidget): void {
    const { list } = this._documents;
    const wasPlain = this._wasPlain.get(panel);
    if (wasPlain === undefined || list === null) {
      return;
    }
    const { path } = panel.context;
    const shared = list.find(
      info => info.path === path && isOnOwnersServer(info)
    );
    if (shared === undefined) {
      this._wasPlain.set(panel, true);
    } else {
      this._wasPlain.delete(panel);
      this._onShared(panel, shared, wasPlain);
    }
  }

  private _wasPlain = new Map<IDocumentWidget, boolean>();
}
