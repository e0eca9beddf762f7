import type { GitRow } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import type * as React from 'react';
import type { ILiveDocuments, ILiveEntry } from '../../tokens';
import { later } from '../later';
import type { ChangesParts, Changes } from './create';
import type { RepositoryStatus } from './status';

/** What the panel of history shows of committing; its code comes when it is opened. */
export type ChangesTab = {
  status: RepositoryStatus;
  View: React.ComponentType<{ trans: TranslationBundle }>;
  RowRefs: React.ComponentType<{ row: GitRow; trans: TranslationBundle }>;
  Checkpoints: React.ComponentType<{ trans: TranslationBundle }>;
  dispose: () => void;
};

export function changesTab(parts: ChangesParts): ChangesTab {
  const { app, history, live, status } = parts;
  const { contents } = app.serviceManager;
  const follow = () => {
    const { state } = history;
    if (state.kind === 'open' || state.kind === 'closed') {
      const { kind, repo = '' } = state.repository;
      status.follow(kind === 'ok' || kind === 'empty' ? repo : null);
    } else if (state.kind === 'nowhere') {
      status.follow(null);
    }
  };
  history.changed.connect(follow);
  contents.fileChanged.connect(status.later);
  const end = hearLiveFiles(live, status.later);
  // One for the panel's life: what was typed stays while another tab is shown.
  let changes: Changes | undefined;
  let RowRefs: ChangesTab['RowRefs'] | undefined;
  let Checkpoints: ChangesTab['Checkpoints'] | undefined;
  return {
    status,
    View: later(async () => {
      const { createChanges } = await import('./create');
      return (changes ??= createChanges(parts)).View;
    }),
    RowRefs: later(async () => {
      const { createRowRefs } = await import('./create-row-refs');
      return (RowRefs ??= createRowRefs(parts));
    }),
    Checkpoints: later(async () => {
      const { createCheckpoints } = await import('../checkpoints/create');
      return (Checkpoints ??= createCheckpoints(parts));
    }),
    dispose: () => {
      history.changed.disconnect(follow);
      contents.fileChanged.disconnect(status.later);
      end();
      changes?.dispose();
      status.dispose();
    }
  };
}

/** Files of live documents are written by the server; the page only hears of it. */
function hearLiveFiles(
  live: ILiveDocuments | null,
  written: () => void
): () => void {
  const behind = new WeakMap<ILiveEntry, boolean>();
  const look = (entry: ILiveEntry) => {
    const isBehind = (entry.status?.behind ?? 0) > 0;
    if (behind.get(entry) === true && !isBehind) {
      written();
    }
    behind.set(entry, isBehind);
  };
  const add = (_: unknown, entry: ILiveEntry) =>
    void entry.changed.connect(look);
  const entries = [...(live?.entries ?? [])];
  entries.forEach(entry => add(null, entry));
  live?.entryAdded.connect(add);
  return () => {
    live?.entryAdded.disconnect(add);
    [...(live?.entries ?? [])].forEach(entry => entry.changed.disconnect(look));
  };
}
