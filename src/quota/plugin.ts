import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { ICompanion, ILiveDocuments, IResources } from '../tokens';
import { tellTooOld } from '../ui/tell-too-old';
import type { Quota } from './quota';

const COMMAND = 'commons:quota';

/** What is used of what is allowed; its code comes with the first need of it. */
const quota: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-commons:quota',
  description: 'Shows what may be used, and warns before a server is stopped.',
  autoStart: true,
  requires: [ICompanion, IResources, IDocumentManager, ILiveDocuments],
  optional: [ILayoutRestorer, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    companion: ICompanion,
    resources: IResources,
    manager: IDocumentManager,
    live: ILiveDocuments,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_commons');
    const pages = new WidgetTracker({ namespace: 'commons-quota' });
    let loading: Promise<Quota> | null = null;
    const load = () =>
      (loading ??= import('./quota').then(
        code => new code.Quota({ app, companion, manager, live, pages, trans }),
        (reason: unknown) => {
          loading = null;
          throw reason;
        }
      ));
    const withQuota = (run: (quota: Quota) => Promise<void>) =>
      load().then(run, (reason: unknown) => tellTooOld(trans, reason));
    resources.sections.push(async () => (await load()).Section);
    companion.events.connect((_, { type, quota: said }) => {
      if (type === 'quota') {
        void withQuota(code => code.hear(said));
      }
    });
    app.commands.addCommand(COMMAND, {
      label: trans.__('Show quota'),
      isVisible: () => companion.state.kind !== 'absent',
      execute: () => withQuota(code => code.open()),
      describedBy: { args: { type: 'object', properties: {} } }
    });
    void restorer?.restore(pages, { command: COMMAND, name: () => 'page' });
    palette?.addItem({ command: COMMAND, category: trans.__('Resources') });
  }
};

export default [quota];
