import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { shortName } from '../ui/words';
import { later } from './later';
import type { HistoryModel } from './model';
import type { Branch } from './query';
import { refWords } from './words';

type Props = { model: HistoryModel; trans: TranslationBundle };

const BranchChoices = later(async () => {
  return (await import('./branch-choices')).BranchChoices;
});

/** Whose history is listed: of all branches, or of one that is searched for by name. */
export function BranchFilter(props: Props): JSX.Element {
  const { model, trans } = props;
  const [isOpen, setOpen] = React.useState(false);
  const button = React.useRef<HTMLButtonElement>(null);
  const { branch } = model;
  const close = (choice?: Branch | null) => {
    setOpen(false);
    button.current?.focus();
    if (choice !== undefined) {
      model.setBranch(choice);
    }
  };
  return (
    <div
      className="jp-Commons-History-branch"
      onBlur={event => {
        if (!event.currentTarget.contains(event.relatedTarget)) {
          setOpen(false);
        }
      }}
    >
      <button
        ref={button}
        type="button"
        className="jp-Commons-select jp-Commons-History-branchButton"
        aria-expanded={isOpen}
        title={branch === null ? undefined : refWords(trans, branch)}
        onClick={() => setOpen(!isOpen)}
      >
        <span>
          {branch === null ? trans.__('All branches') : shortName(branch.name)}
        </span>
        <span aria-hidden="true"> ▾</span>
      </button>
      {isOpen ? <BranchChoices {...props} choose={close} /> : null}
    </div>
  );
}
