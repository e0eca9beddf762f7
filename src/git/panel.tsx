import '../../style/git.css';
import type { GitRepository } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { useMinute } from '../ui/use-minute';
import { Banner } from '../ui/banner';
import { EmptyState } from '../ui/empty-state';
import { LiveRegion } from '../ui/live-region';
import type { RunGitVerb } from './actions';
import type { ChangesTab } from './commit/tab';
import { Header } from './header';
import { later } from './later';
import type { HistoryModel } from './model';
import { RowList } from './row-list';
import type { Rows } from './rows';
import { isSearch } from './search';
import type { Place } from './state';
import { Tabs } from './tabs';
import { gitProblem } from './words';

const ClosedState = later(async () => {
  return (await import('./closed-states')).ClosedState;
});
const CommitDetails = later(async () => {
  return (await import('./commit-details')).CommitDetails;
});

export type HistoryViewProps = {
  model: HistoryModel;
  trans: TranslationBundle;
  run: RunGitVerb;
  showPrograms: (repository: GitRepository) => void;
  /** Committing; without it the panel only reads. */
  changes?: ChangesTab;
  /** The clock; tests hand in their own. */
  now?: () => number;
};

/** The panel as Lumino wants it; what it shows is fetched while somebody sees it. */
export class HistoryPanel extends ReactWidget {
  constructor(private readonly _props: HistoryViewProps) {
    super();
    this.addClass('jp-Commons-History');
    this.node.tabIndex = -1;
  }

  get model(): HistoryModel {
    return this._props.model;
  }

  /** Takes the focus; shows the history of one place, until another document is in front. */
  goTo(place: Place | null): void {
    if (place !== null) {
      this.model.setPlace(place);
      if (place.isFile) {
        this.model.setScope('file');
      }
    }
    this.node.focus();
  }

  override dispose(): void {
    this.model.dispose();
    super.dispose();
  }

  protected override render(): JSX.Element {
    return <HistoryView {...this._props} />;
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._setSeen(this.isVisible);
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._setSeen(true);
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this._setSeen(false);
  }

  protected override onBeforeDetach(msg: Message): void {
    this._setSeen(false);
    super.onBeforeDetach(msg);
  }

  private _setSeen(isSeen: boolean): void {
    this.model.setSeen(isSeen);
    this._props.changes?.status.setSeen(isSeen);
  }
}

/** Draws the model's state, again each minute for what "ago" says. */
export function HistoryView(props: HistoryViewProps): JSX.Element {
  const { model, now = Date.now } = props;
  const minute = useMinute(now);
  return (
    <UseSignal signal={model.changed}>
      {() => (
        <Tabs {...props}>
          <Case {...props} minute={minute} />
        </Tabs>
      )}
    </UseSignal>
  );
}

type CaseProps = HistoryViewProps & { minute: number };

function Case(props: CaseProps): JSX.Element {
  const { model, trans } = props;
  const { state } = model;
  switch (state.kind) {
    case 'loading':
      return (
        <div aria-busy="true">
          <EmptyState title={trans.__('Loading…')} />
        </div>
      );
    case 'nowhere':
      return (
        <EmptyState title={trans.__('No file of yours is open.')}>
          <p>
            {trans.__(
              'Open a file, or show one of your folders in the file browser, to see its history.'
            )}
          </p>
        </EmptyState>
      );
    case 'closed':
      return <ClosedState repository={state.repository} trans={trans} />;
    case 'failed':
      return <Failed {...props} reason={state.reason} />;
    case 'open':
      return <Open {...props} repository={state.repository} />;
  }
}

function Open(props: CaseProps & { repository: GitRepository }): JSX.Element {
  const { model, repository, minute, trans, run } = props;
  const { rows } = model;
  return (
    <>
      <Header
        {...{ model, repository, trans }}
        showPrograms={() => props.showPrograms(repository)}
      />
      <LiveRegion
        text={rows === null ? '' : spoken(model, rows, trans)}
        visible={model.isChoosing}
      />
      <div className="jp-Commons-History-body">
        {rows === null || rows.rows.length === 0 ? (
          <div className="jp-Commons-History-list">
            <Foot {...props} />
          </div>
        ) : (
          <RowList
            {...{ model, rows, trans }}
            now={minute}
            foot={<Foot {...props} />}
          />
        )}
        {model.details.kind === 'none' ? null : (
          <CommitDetails
            {...{ model, trans, run }}
            RowRefs={props.changes?.RowRefs}
            now={minute}
          />
        )}
      </div>
    </>
  );
}

/** What a screen reader is told; while choosing it is seen as well. */
function spoken(
  model: HistoryModel,
  rows: Rows,
  trans: TranslationBundle
): string {
  if (model.isChoosing) {
    return trans.__('Choose the other commit in the list. Escape ends.');
  }
  const { kind } = rows.state;
  if (!isSearch(model.search) || kind === 'loading' || kind === 'failed') {
    return '';
  }
  const count = rows.rows.length;
  return kind === 'more'
    ? trans._n('%1 commit found so far', '%1 commits found so far', count)
    : trans._n('%1 commit found', '%1 commits found', count);
}

/** What stands below the rows: loading, trouble, or why there are none. */
function Foot(props: CaseProps): JSX.Element | null {
  const { model, trans } = props;
  const { rows } = model;
  switch (rows?.state.kind) {
    case undefined:
    case 'more':
    case 'loading':
      return (
        <p className="jp-Commons-History-foot" aria-busy="true">
          {isSearch(model.search)
            ? trans.__('Searching…')
            : trans.__('Loading…')}
        </p>
      );
    case 'failed':
      return <Failed {...props} reason={rows.state.reason} />;
    case 'stopped':
      return (
        <p className="jp-Commons-History-foot">
          {trans.__(
            'The search was stopped after 60 seconds. What it found until then is listed; narrow it by date, author or path.'
          )}
        </p>
      );
    case 'done':
      return rows.rows.length > 0 ? null : <Nothing {...props} />;
  }
}

function Nothing({ model, trans }: CaseProps): JSX.Element {
  if (isSearch(model.search)) {
    return (
      <EmptyState title={trans.__('Nothing found.')}>
        <p>{trans.__('No commit here fits the search. Escape clears it.')}</p>
      </EmptyState>
    );
  }
  return model.scope === 'file' ? (
    <EmptyState title={trans.__('This file has no history yet.')}>
      <p>{trans.__('It is in no commit of this repository.')}</p>
    </EmptyState>
  ) : (
    <EmptyState title={trans.__('There are no commits here.')} />
  );
}

function Failed(props: CaseProps & { reason: unknown }): JSX.Element {
  const { model, trans } = props;
  return (
    <div role="alert">
      <Banner
        tone="error"
        text={gitProblem(trans, props.reason).text}
        actions={[{ label: trans.__('Try again'), run: () => model.retry() }]}
      />
    </div>
  );
}
