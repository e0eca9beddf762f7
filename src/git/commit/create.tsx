import { PageConfig, PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { contributorsOf, namedPeople } from '../../client/co-authors';
import { GitWrites, type RemoteVerb } from '../../client/git-writes';
import { isOnOwnersServer } from '../../client/own-server';
import type { HistoryParts } from '../history';
import type { HistoryModel } from '../model';
import type { RunGitVerb } from '../actions';
import { ChangesView, type ChangesProps } from './changes-view';
import type { CoAuthorSource } from './co-authors';
import { askCredentials } from './credentials';
import { Memory } from './memory';
import { ChangesModel } from './model';
import { OpenDocuments } from './open-files';
import { RemoteChoice } from './remote-choice';
import { Remotes } from './remotes';
import type { RepositoryStatus } from './status';
import { tellUnsaved } from './tell-unsaved';
import { remoteWords } from './words';

export type ChangesParts = HistoryParts & {
  history: HistoryModel;
  status: RepositoryStatus;
  run: RunGitVerb;
};

export type Changes = {
  View: React.ComponentType<{ trans: TranslationBundle }>;
  dispose: () => void;
};

/** The view of changes with all that it stands on, for the panel of history. */
export function createChanges(parts: ChangesParts): Changes {
  const { app, history, status, trans, run } = parts;
  const calls = new GitWrites(app.serviceManager.serverSettings);
  const open = new OpenDocuments(parts);
  const model: ChangesModel = new ChangesModel({
    calls,
    status,
    open,
    memory: new Memory(parts.state, () => model?.emit()),
    coAuthors: coAuthorsOf(parts)
  });
  const follow = () => {
    const { state } = history;
    if (state.kind === 'open' || state.kind === 'closed') {
      model.setRepository(state.repository);
    }
  };
  history.changed.connect(follow);
  follow();
  const remotes = new Remotes({
    calls,
    ask: asked => askCredentials({ ...asked, trans }),
    onChanged: () => model.emit()
  });
  const choice = new RemoteChoice(calls, () => model.emit());
  const moved = async () => {
    await status.refresh();
    tellUnsaved(trans, await open.reload(model.repo));
  };
  const props: ChangesProps = {
    model,
    remotes,
    choice,
    trans,
    run,
    trust: () => trust(model, parts),
    runRemote: verb => void runRemote(verb, { ...props, moved }),
    refParts: () => ({ calls, repo: model.repo, trans, moved }),
    findRefs: (query, signal) => history.calls.refs(model.repo, query, signal)
  };
  return {
    View: () => <ChangesView {...props} />,
    dispose: () => {
      remotes.stop();
      history.changed.disconnect(follow);
      model.dispose();
    }
  };
}

/** Tried again, it goes where it went before, whatever is chosen by then. */
async function runRemote(
  verb: RemoteVerb,
  props: ChangesProps & { moved: () => Promise<void> },
  to = props.choice.of(verb)
): Promise<void> {
  const { model, remotes, choice, trans, moved } = props;
  const { repo } = model;
  model.endTrouble();
  model.say(null);
  const end = await remotes.run(verb, repo, to);
  if (repo !== model.repo) {
    return;
  }
  await (verb === 'pull' ? moved() : model.options.status.refresh());
  switch (end.kind) {
    case 'done': {
      const text = remoteWords(trans, end, model.status?.behind ?? 0);
      model.say({ kind: 'told', text });
      break;
    }
    case 'failed':
      // It may be that a remote is gone.
      void choice.ask(repo, model.status?.branch);
      model.fail(end.error, () => void runRemote(verb, props, to));
      break;
    case 'left':
      model.say({
        kind: 'told',
        text: trans.__('Stopped before it was done.')
      });
  }
}

/** Shows the programs; what was decided is known when it resolves. */
async function trust(
  model: ChangesModel,
  { history, trans }: ChangesParts
): Promise<void> {
  const { showTrustDialog } = await import('../trust-dialog');
  const { repo } = model;
  const repository = await model.options.calls.repository(repo);
  await showTrustDialog(
    {
      trust: async (trusted, programs) => {
        await (history.repo === repo
          ? history.trust(trusted, programs)
          : history.calls.trust(repo, trusted, programs));
        await model.lookAgain();
      }
    },
    repository,
    trans
  );
}

/** Proposals come from the companion; without one there are none. */
function coAuthorsOf(parts: ChangesParts): CoAuthorSource {
  const { app, companion, documents, history, status } = parts;
  return {
    me: () =>
      companion?.state.kind === 'ready'
        ? companion.state.session.user
        : PageConfig.getOption('hubUser') || null,
    documentOf: (repo, path) =>
      documents?.list?.find(
        info => info.path === PathExt.join(repo, path) && isOnOwnersServer(info)
      )?.id ?? null,
    lastCommit: async (repo, path) => {
      let at = 0;
      if (status.status?.head === undefined) {
        return at;
      }
      const query = { ref: 'HEAD', path, limit: 1 };
      await history.calls.history(repo, query, rows => {
        at = rows[0]?.committedAt ?? at;
      });
      return at;
    },
    contributors: async (id, since) =>
      companion === null ? [] : contributorsOf(companion, id, since),
    people: users => namedPeople(app.serviceManager.serverSettings, users)
  };
}
