import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { DocumentInfo } from '@jupyterlab-commons/protocol';
import type { ICompanion, IDocuments, ILiveDocuments } from '../tokens';
import { shareIcon } from '../ui/icons';
import { ShareModel } from './model';
import { PlainFile } from './plain-file';
import { targetOf, type FileFacts, type ShareTarget } from './target';

export namespace CommandIDs {
  /** Shares the current file, the file chosen in the browser, or manages document `id`. */
  export const share = 'commons:share';
}

export type SharingParts = {
  app: JupyterFrontEnd;
  companion: ICompanion;
  documents: IDocuments;
  live: ILiveDocuments;
  manager: IDocumentManager;
  browsers: IFileBrowserFactory | null;
  trans: TranslationBundle;
  /** Shows the dialog until it is closed; its code is loaded when first needed. */
  showDialog?: (model: ShareModel) => Promise<void>;
};

export function addSharingCommands(parts: SharingParts): void {
  const { app, companion, trans } = parts;
  const present = () => companion.state.kind !== 'absent';
  app.commands.addCommand(CommandIDs.share, {
    label: args => (args['toolbar'] ? trans.__('Share') : trans.__('Share…')),
    caption: trans.__('Let other people see or edit this one document'),
    icon: shareIcon,
    isVisible: args =>
      present() && (!args['browser'] || targetOfArgs(parts, args) !== null),
    isEnabled: args =>
      present() && (!!args['toolbar'] || targetOfArgs(parts, args) !== null),
    execute: args => share(parts, args),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          id: {
            type: 'string',
            description: trans.__('The id of a live document to manage.')
          },
          browser: {
            type: 'boolean',
            description: trans.__(
              'Take the file chosen in the file browser instead of the open one.'
            )
          },
          toolbar: {
            type: 'boolean',
            description: trans.__('Whether a toolbar button asks.')
          }
        }
      }
    }
  });
  companion.stateChanged.connect(() =>
    app.commands.notifyCommandChanged(CommandIDs.share)
  );
}

async function share(
  parts: SharingParts,
  args: ReadonlyPartialJSONObject
): Promise<void> {
  const { companion, documents, trans } = parts;
  const target = targetOfArgs(parts, args);
  if (target === null) {
    Notification.warning(
      trans.__('Open a notebook or a text file of yours, then share it.')
    );
    return;
  }
  const model = new ShareModel({
    companion,
    documents,
    trans,
    target: target.kind === 'live' ? target : { file: plainFile(parts, target) }
  });
  try {
    void model.load();
    await (parts.showDialog ?? showLazily)(model);
    await model.settled;
    await afterDialog(parts, model);
  } finally {
    model.dispose();
  }
}

async function showLazily(model: ShareModel): Promise<void> {
  const { showShareDialog } = await import('./dialog');
  await showShareDialog(model);
}

/** What the dialog could not show any more, and what follows the end of sharing. */
async function afterDialog(
  parts: SharingParts,
  model: ShareModel
): Promise<void> {
  if (model.problem !== null) {
    Notification.error(model.problem.text, { autoClose: false });
  }
  if (model.stopped !== null) {
    await showPlain(parts, model.stopped);
  }
}

/** The owner goes on with the plain file where the live panel was. */
async function showPlain(
  parts: SharingParts,
  document: DocumentInfo
): Promise<void> {
  const { manager, live, app } = parts;
  const livePath = live.pathOf(document);
  const open = [...app.shell.widgets('main')].filter(
    widget => manager.contextForWidget(widget)?.path === livePath
  );
  for (const panel of open) {
    panel.dispose();
  }
  if (open.length > 0 && document.path !== null) {
    manager.openOrReveal(document.path);
  }
}

function targetOfArgs(
  parts: SharingParts,
  args: ReadonlyPartialJSONObject
): ShareTarget | null {
  const { id } = args;
  if (typeof id === 'string') {
    const known = parts.documents.list?.find(each => each.id === id);
    return {
      kind: 'live',
      id,
      name: known?.name ?? parts.trans.__('document')
    };
  }
  const file = args['browser'] ? chosenFile(parts) : currentFile(parts);
  return file === null
    ? null
    : targetOf(file, {
        companion: parts.companion,
        documents: parts.documents,
        contents: parts.app.serviceManager.contents,
        registry: parts.manager.registry
      });
}

function chosenFile(parts: SharingParts): FileFacts | null {
  const items = [
    ...(parts.browsers?.tracker.currentWidget?.selectedItems() ?? [])
  ];
  return items.length === 1 ? items[0]! : null;
}

function currentFile(parts: SharingParts): FileFacts | null {
  const { currentWidget } = parts.app.shell;
  const context = currentWidget
    ? parts.manager.contextForWidget(currentWidget)
    : undefined;
  if (!context) {
    return null;
  }
  // Before the first answer of the server the ending has to do.
  const type =
    context.contentsModel?.type ??
    (context.path.endsWith('.ipynb') ? 'notebook' : 'file');
  const name = context.localPath.split('/').pop() ?? context.localPath;
  return { path: context.path, name, type };
}

function plainFile(
  parts: SharingParts,
  target: Extract<ShareTarget, { kind: 'file' }>
): PlainFile {
  const { companion, live, manager, trans, app } = parts;
  return new PlainFile({
    companion,
    live,
    manager,
    trans,
    widgets: () => app.shell.widgets('main'),
    path: target.path,
    name: target.name,
    type: target.type
  });
}
