import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import { HiddenText } from '../ui/hidden-text';
import type { ChangesTab } from './commit/tab';
import type { HistoryModel } from './model';

const TABS = ['history', 'changes', 'checkpoints'] as const;
type Tab = (typeof TABS)[number];

type Props = {
  model: HistoryModel;
  trans: TranslationBundle;
  changes?: ChangesTab;
  /** What the tab of history shows. */
  children: JSX.Element;
};

/** History, changes and checkpoints of one repository; where there is none, no tabs. */
export function Tabs(props: Props): JSX.Element {
  const { model, trans, changes, children } = props;
  const { state } = model;
  const id = React.useId();
  const [tab, setTab] = React.useState<Tab>('history');
  const canCommit =
    state.kind === 'open' ||
    (state.kind === 'closed' && state.repository.kind === 'empty');
  if (changes === undefined || !canCommit) {
    return children;
  }
  return (
    <>
      <div
        role="tablist"
        className="jp-Commons-History-tabs"
        aria-label={trans.__('What is shown')}
        onKeyDown={event => {
          const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          if (step !== undefined) {
            const at = TABS.indexOf(tab) + step + TABS.length;
            const other = TABS[at % TABS.length]!;
            setTab(other);
            document.getElementById(`${id}-${other}`)?.focus();
          }
        }}
      >
        {TABS.map(each => (
          <button
            key={each}
            id={`${id}-${each}`}
            type="button"
            role="tab"
            aria-selected={tab === each}
            aria-controls={`${id}-panel`}
            tabIndex={tab === each ? 0 : -1}
            onClick={() => setTab(each)}
          >
            {nameOf(trans, each)}{' '}
            {each === 'changes' ? <Count {...{ changes, trans }} /> : null}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        className="jp-Commons-History-tabpanel"
        aria-labelledby={`${id}-${tab}`}
      >
        {tab === 'history' ? (
          children
        ) : tab === 'changes' ? (
          <changes.View trans={trans} />
        ) : (
          <changes.Checkpoints trans={trans} />
        )}
      </div>
    </>
  );
}

function nameOf(trans: TranslationBundle, tab: Tab): string {
  switch (tab) {
    case 'history':
      return trans.__('Commits');
    case 'changes':
      return trans.__('Changes');
    case 'checkpoints':
      return trans.__('Checkpoints');
  }
}

/** How many files have changed, as far as that is known. */
function Count(props: {
  changes: ChangesTab;
  trans: TranslationBundle;
}): JSX.Element {
  const { changes, trans } = props;
  return (
    <UseSignal signal={changes.status.changed}>
      {() => {
        const { files, status } = changes.status;
        const count = files.length + (status?.moreFiles ?? 0);
        return count === 0 ? null : (
          <span className="jp-Commons-History-count">
            <span aria-hidden="true">{count}</span>
            <HiddenText>{trans._n('%1 file', '%1 files', count)}</HiddenText>
          </span>
        );
      }}
    </UseSignal>
  );
}
