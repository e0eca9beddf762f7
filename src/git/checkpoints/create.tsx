import * as React from 'react';
import { checkpointCalls } from '../../client/git-checkpoints';
import type { ChangesParts } from '../commit/create';
import type { ChangesTab } from '../commit/tab';
import { CheckpointsView } from './view';

/** The list of checkpoints with what it stands on, for the panel of history. */
export function createCheckpoints({
  app,
  history,
  run
}: ChangesParts): ChangesTab['Checkpoints'] {
  const list = checkpointCalls(app.serviceManager.serverSettings);
  return ({ trans }) => (
    <CheckpointsView model={history} {...{ list, trans, run }} />
  );
}
