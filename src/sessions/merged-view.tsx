import * as React from 'react';
import { Banner, type BannerAction } from '../ui/banner';
import type { BannerModel } from './banner-model';
import { mergedWords } from './merged-words';

/** What came from outside last, until it is put away, with the way back. */
export function MergedNotice({
  model
}: {
  model: BannerModel;
}): JSX.Element | null {
  const { merged, trans, info } = model;
  if (merged === null || info === null) {
    return null;
  }
  const actions: BannerAction[] = [];
  if (model.canUndo) {
    actions.push({
      label: merged.kind === 'undo' ? trans.__('Redo') : trans.__('Undo'),
      run: () => void model.undoMerge(),
      disabled: model.busy
    });
  }
  if (merged.keptAs !== null && model.filePath !== null) {
    actions.push({
      label: trans.__('Open the other version'),
      run: () => void model.openKept()
    });
  }
  actions.push({
    label: trans.__('Hide'),
    run: () => model.hideMerged()
  });
  return (
    <Banner
      tone={merged.conflicts > 0 ? 'warn' : 'info'}
      text={mergedWords(trans, merged, info)}
      actions={actions}
    />
  );
}
