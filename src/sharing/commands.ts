import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { ICompanion, IDocuments, ILiveDocuments } from '../tokens';
import { shareIcon, stopIcon } from '../ui/icons';
import type { ShareModel } from './model';
import { targetOf, type FileFacts, type ShareTarget } from './target';

export const CommandIDs = {
  /** Shares the current file, the file chosen in the browser, or manages document `id`. */
  share: 'commons:share',
  /** Ends the sharing of document `id`, after asking. */
  stop: 'commons:stop-sharing'
} as const;

export type SharingParts = {
  app: JupyterFrontEnd;
  companion: ICompanion;
  documents: IDocuments;
  live: ILiveDocuments;
  manager: IDocumentManager;
  browsers: IFileBrowserFactory | null;
  trans: TranslationBundle;
  /** Shows the dialog until it is closed; its code is loaded when first needed. */
  openDialog?: (model: ShareModel) => Promise<void>;
};

export function addSharingCommands(parts: SharingParts): void {
  addShareCommand(parts);
  addStopCommand(parts);
}

function addShareCommand(parts: SharingParts): void {
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
    execute: async args => {
      const target = targetOfArgs(parts, args);
      const verbs = await import('./verbs');
      await verbs.share(parts, target);
    },
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

function addStopCommand(parts: SharingParts): void {
  const { app, companion, trans } = parts;
  app.commands.addCommand(CommandIDs.stop, {
    label: trans.__('Stop sharing'),
    icon: stopIcon,
    isVisible: () => companion.state.kind !== 'absent',
    execute: async args => {
      const verbs = await import('./verbs');
      await verbs.stop(parts, String(args['id']));
    },
    describedBy: {
      args: {
        type: 'object',
        required: ['id'],
        properties: {
          id: {
            type: 'string',
            description: trans.__('The id of a live document of yours.')
          }
        }
      }
    }
  });
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
