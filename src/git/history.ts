import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { TranslationBundle } from '@jupyterlab/translation';
import { GitCalls } from '../client/git';
import { GitWatch } from '../client/git-watch';
import type { ILiveDocuments } from '../tokens';
import { tellTooOld } from '../ui/tell-too-old';
import { commandOfGitVerb } from './actions';
import { Follower } from './follow';
import { HistoryModel } from './model';
import { HistoryPanel } from './panel';

export type HistoryParts = {
  app: JupyterFrontEnd;
  manager: IDocumentManager;
  browser: IDefaultFileBrowser | null;
  live: ILiveDocuments | null;
  trans: TranslationBundle;
};

/** The panel with all that it stands on; none of it is loaded before it is shown. */
export function createHistoryPanel(parts: HistoryParts): HistoryPanel {
  const { app, trans } = parts;
  const settings = app.serviceManager.serverSettings;
  const model = new HistoryModel({
    calls: new GitCalls(settings),
    watch: (repo, hear) => new GitWatch(settings, repo, hear)
  });
  const follower = new Follower({ ...parts, shell: app.shell }, place =>
    model.setPlace(place)
  );
  const panel = new HistoryPanel({
    model,
    trans,
    run: (verb, args) =>
      void app.commands.execute(commandOfGitVerb[verb], args),
    showPrograms: repository =>
      void import('./trust-dialog').then(
        code => code.showTrustDialog(model, repository, trans),
        (reason: unknown) => tellTooOld(trans, reason)
      )
  });
  panel.disposed.connect(() => follower.dispose());
  return panel;
}
