import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ICompanion, IDocuments, ILiveDocuments } from '../tokens';
import { copyText } from '../ui/copy-text';
import { leaveIcon, linkIcon, peopleIcon } from '../ui/icons';
import type { RowVerb } from './document-row';

export const CommandIDs = {
  /** Shows the panel of shared documents. */
  showPanel: 'commons:show-documents',
  open: 'commons:open-document',
  copyLink: 'commons:copy-link',
  leave: 'commons:leave-document'
} as const;

/** Each verb of a row as a command; the last two belong to the sharing plugin. */
export const commandOf: Record<RowVerb, string> = {
  open: CommandIDs.open,
  copyLink: CommandIDs.copyLink,
  leave: CommandIDs.leave,
  manage: 'commons:share',
  stop: 'commons:stop-sharing'
};

export type SessionsParts = {
  app: JupyterFrontEnd;
  companion: ICompanion;
  documents: IDocuments;
  live: ILiveDocuments;
  manager: IDocumentManager;
  trans: TranslationBundle;
  /** The id of the panel in the side bar. */
  panelId: string;
};

export function addSessionsCommands(parts: SessionsParts): void {
  const { app, companion, live, trans } = parts;
  const present = () => companion.state.kind !== 'absent';
  app.commands.addCommand(CommandIDs.showPanel, {
    label: trans.__('Show shared documents'),
    icon: peopleIcon,
    execute: () => app.shell.activateById(parts.panelId),
    describedBy: { args: { type: 'object', properties: {} } }
  });
  const describedBy = {
    args: {
      type: 'object' as const,
      required: ['id'],
      properties: {
        id: {
          type: 'string',
          description: trans.__('The id of a shared document.')
        }
      }
    }
  };
  const addVerb = (
    command: string,
    options: {
      label: string;
      icon?: typeof linkIcon;
      run: (id: string) => Promise<unknown>;
    }
  ) =>
    app.commands.addCommand(command, {
      label: options.label,
      icon: options.icon,
      isVisible: present,
      execute: args =>
        options.run(String(args['id'])).catch(async (error: unknown) => {
          const { problemOf } = await import('../ui/problem-words');
          Notification.error(problemOf(trans, error).text, {
            autoClose: false
          });
        }),
      describedBy
    });
  addVerb(CommandIDs.open, {
    label: trans.__('Open'),
    run: id => live.open(id)
  });
  addVerb(CommandIDs.copyLink, {
    label: trans.__('Copy link'),
    icon: linkIcon,
    run: async id => {
      await copyText(companion.linkTo(id));
      Notification.success(trans.__('Link copied.'), { autoClose: 3000 });
    }
  });
  addVerb(CommandIDs.leave, {
    label: trans.__('Leave'),
    icon: leaveIcon,
    run: async id => {
      const { leave } = await import('./leave');
      await leave(id, parts);
    }
  });
}
