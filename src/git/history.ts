import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IStateDB } from '@jupyterlab/statedb';
import { GitCalls } from '../client/git';
import { GitWatch } from '../client/git-watch';
import { GitWrites } from '../client/git-writes';
import type { ICompanion, IDocuments, ILiveDocuments } from '../tokens';
import { tellTooOld } from '../ui/tell-too-old';
import { commandOfGitVerb, type RunGitVerb } from './actions';
import { changesTab } from './commit/tab';
import { RepositoryStatus } from './commit/status';
import { Follower } from './follow';
import { HistoryModel } from './model';
import { HistoryPanel } from './panel';

export type HistoryParts = {
  app: JupyterFrontEnd;
  manager: IDocumentManager;
  browser: IDefaultFileBrowser | null;
  live: ILiveDocuments | null;
  companion: ICompanion | null;
  documents: IDocuments | null;
  state: IStateDB | null;
  trans: TranslationBundle;
};

/** The panel with all that it stands on; none of it is loaded before it is shown. */
export function createHistoryPanel(parts: HistoryParts): HistoryPanel {
  const { app, trans } = parts;
  const settings = app.serviceManager.serverSettings;
  const model = new HistoryModel({
    calls: new GitCalls(settings),
    watch: (repo, hear) =>
      new GitWatch(settings, repo, changed => {
        hear(changed);
        status.later();
      })
  });
  const status = new RepositoryStatus(new GitWrites(settings));
  const follower = new Follower({ ...parts, shell: app.shell }, place =>
    model.setPlace(place)
  );
  const run: RunGitVerb = (verb, args) =>
    void app.commands.execute(commandOfGitVerb[verb], args);
  const changes = changesTab({ ...parts, history: model, status, run });
  const panel = new HistoryPanel({
    model,
    trans,
    run,
    changes,
    showPrograms: repository =>
      void import('./trust-dialog').then(
        code => code.showTrustDialog(model, repository, trans),
        (reason: unknown) => tellTooOld(trans, reason)
      )
  });
  panel.disposed.connect(() => {
    follower.dispose();
    changes.dispose();
  });
  return panel;
}
