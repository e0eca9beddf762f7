import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IUsage } from '../tokens';
import { resourcesIcon } from '../ui/icons';
import { tellTooOld } from '../ui/tell-too-old';
import { commandOfVerb } from '../ui/usage-commands';
import type { UsageVerb } from '../ui/usage-widget';

export const CommandIDs = {
  /** Shows the panel of resources. */
  showResources: 'commons:show-resources',
  /** Shows the panel of GPUs; it belongs to the GPU plugin. */
  showGpus: 'commons:show-gpus'
} as const;

export type UsageCommandParts = {
  app: JupyterFrontEnd;
  usage: IUsage;
  manager: IDocumentManager;
  trans: TranslationBundle;
  /** Shows the panel. */
  open: () => void;
};

export function addUsageCommands(parts: UsageCommandParts): void {
  const { app, trans, open } = parts;
  app.commands.addCommand(CommandIDs.showResources, {
    label: trans.__('Show resources'),
    icon: resourcesIcon,
    execute: open,
    describedBy: { args: { type: 'object', properties: {} } }
  });
  const labels: Record<UsageVerb, string> = {
    open: trans.__('Open'),
    interrupt: trans.__('Interrupt kernel'),
    restart: trans.__('Restart kernel…'),
    'shut-down': trans.__('Shut down…')
  };
  for (const verb of Object.keys(labels) as UsageVerb[]) {
    app.commands.addCommand(commandOfVerb[verb], {
      label: labels[verb],
      execute: async args => {
        const code = await import('./verbs').catch((reason: unknown) =>
          tellTooOld(trans, reason)
        );
        await code?.runVerb(verb, String(args['key']), parts);
      },
      describedBy: {
        args: {
          type: 'object',
          required: ['key'],
          properties: {
            key: {
              type: 'string',
              description: trans.__(
                'The id of a kernel, or terminal:<name> of a terminal.'
              )
            }
          }
        }
      }
    });
  }
}
