import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';
import {
  createdDocument,
  type DocumentType
} from '@jupyterlab-commons/protocol';
import type { ICompanion, ILiveDocuments } from '../tokens';
import type { IPlainFile } from './share-state';

export type PlainFileOptions = {
  companion: ICompanion;
  live: ILiveDocuments;
  manager: IDocumentManager;
  trans: TranslationBundle;
  /** The widgets of the main area, where the file may be open. */
  widgets: () => Iterable<Widget>;
  /** Below the server's root. */
  path: string;
  name: string;
  type: DocumentType;
};

/** A file of the signed-in person, open in panels or not. */
export class PlainFile implements IPlainFile {
  constructor(private readonly _options: PlainFileOptions) {
    this.name = _options.name;
    this.type = _options.type;
  }

  readonly name: string;
  readonly type: DocumentType;

  async goLive(): Promise<string> {
    await this._save();
    const { companion, name, type, path } = this._options;
    const { id } = await companion.call('createDocument', {
      body: { name, type, path },
      answer: createdDocument
    });
    return id;
  }

  /**
   * The plain panels go first: while one is open it would follow the kernel
   * session to its new path, and it would save over the live document.
   */
  async showLive(id: string): Promise<void> {
    for (const panel of this._panels()) {
      keepKernel(this._options.manager.contextForWidget(panel));
      // Not `close`, which may ask a question; everything is saved.
      panel.dispose();
    }
    await this._options.live.open(id);
  }

  private async _save(): Promise<void> {
    for (const panel of this._panels()) {
      const context = this._options.manager.contextForWidget(panel);
      if (context?.model.dirty) {
        await this._saveContext(context);
      }
    }
  }

  private async _saveContext(context: DocumentRegistry.Context): Promise<void> {
    try {
      await context.save();
    } catch {
      // JupyterLab has shown the reason in a dialog of its own.
    }
    if (context.model.dirty) {
      throw new Error(
        this._options.trans.__(
          'The file could not be saved, so it is not shared. Save it, then share it again.'
        )
      );
    }
  }

  private _panels(): Widget[] {
    const { manager, path, widgets } = this._options;
    return [...widgets()].filter(
      widget => manager.contextForWidget(widget)?.path === path
    );
  }
}

/** The live panel goes on with the kernel that the plain one leaves behind. */
function keepKernel(context: DocumentRegistry.Context | undefined): void {
  if (context) {
    context.sessionContext.kernelPreference = {
      ...context.sessionContext.kernelPreference,
      shutdownOnDispose: false
    };
  }
}
