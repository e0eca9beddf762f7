import type { GitRow } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { GitWrites } from '../../client/git-writes';
import { OpenDocuments } from './open-files';
import { RowRefs } from './row-refs';
import { tellUnsaved } from './tell-unsaved';
import type { ChangesParts } from './create';

/** Branches and tags where a commit is shown. */
export function createRowRefs(
  parts: ChangesParts
): React.ComponentType<{ row: GitRow; trans: TranslationBundle }> {
  const { app, history, status, trans } = parts;
  const calls = new GitWrites(app.serviceManager.serverSettings);
  const open = new OpenDocuments(parts);
  const refParts = () => {
    const { repo } = history;
    const moved = async () => {
      await status.refresh();
      tellUnsaved(trans, await open.reload(repo));
    };
    return { calls, repo, trans, moved };
  };
  return ({ row }) => <RowRefs key={row.hash} {...{ row, refParts, trans }} />;
}
