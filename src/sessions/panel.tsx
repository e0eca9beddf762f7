import '../../style/sessions.css';
import type { DocumentInfo } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import { useMinute } from '../ui/use-minute';
import { Banner } from '../ui/banner';
import { EmptyState } from '../ui/empty-state';
import { LiveRegion } from '../ui/live-region';
import { errorWords } from '../ui/problem-words';
import { DocumentRow, type RowVerb } from './document-row';
import type { DocumentLists, SessionsModel } from './model';

export type SessionsViewProps = {
  model: SessionsModel;
  trans: TranslationBundle;
  run: (verb: RowVerb, document: DocumentInfo) => void;
  /** The clock; tests hand in their own. */
  now?: () => number;
};

/** The panel as Lumino wants it. */
export class SessionsPanel extends ReactWidget {
  constructor(private readonly _props: SessionsViewProps) {
    super();
    this.addClass('jp-Commons-Sessions');
  }

  protected override render(): JSX.Element {
    return <SessionsView {...this._props} />;
  }
}

/** Draws the model's state, again each minute for what "ends in" says. */
export function SessionsView(props: SessionsViewProps): JSX.Element {
  const { model, now = Date.now } = props;
  const minute = useMinute(now);
  return (
    <UseSignal signal={model.changed}>
      {() => <Case {...props} minute={minute} />}
    </UseSignal>
  );
}

type CaseProps = SessionsViewProps & { minute: number };

function Case(props: CaseProps): JSX.Element {
  const { model, trans } = props;
  const { state } = model;
  switch (state.kind) {
    case 'loading':
      return <EmptyState title={trans.__('Loading…')} />;
    case 'absent':
      return (
        <EmptyState title={trans.__('Sharing is not set up here')}>
          <p>{state.reason}</p>
        </EmptyState>
      );
    case 'empty':
      return (
        <EmptyState title={trans.__('Nothing is shared yet')}>
          <p>
            {trans.__(
              'Open a notebook and press Share. What others share with you appears here by itself.'
            )}
          </p>
        </EmptyState>
      );
    case 'failed':
      return (
        <>
          <div role="alert">
            <Banner
              tone="error"
              text={errorWords(trans, state.error)}
              actions={[
                { label: trans.__('Try again'), run: () => model.retry() }
              ]}
            />
          </div>
          {state.last === null ? null : <Lists {...props} lists={state.last} />}
        </>
      );
    case 'ready':
      return <Lists {...props} lists={state} />;
  }
}

function Lists(props: CaseProps & { lists: DocumentLists }): JSX.Element {
  const { model, trans, lists } = props;
  const found = lists.withMe.length + lists.byMe.length;
  return (
    <>
      {model.searchable ? (
        <input
          type="search"
          className="jp-Commons-input jp-Commons-Sessions-search"
          aria-label={trans.__('Search by name or owner')}
          placeholder={trans.__('Search by name or owner')}
          value={model.query}
          onChange={event => {
            model.search(event.currentTarget.value);
          }}
        />
      ) : null}
      <LiveRegion
        text={
          model.query === ''
            ? ''
            : trans._n('%1 document found', '%1 documents found', found)
        }
        visible={model.searchable && model.query !== ''}
      />
      <Section
        {...props}
        title={trans.__('Shared with me')}
        documents={lists.withMe}
      />
      <Section
        {...props}
        title={trans.__('Shared by me')}
        documents={lists.byMe}
      />
    </>
  );
}

function Section(
  props: CaseProps & { title: string; documents: readonly DocumentInfo[] }
): JSX.Element | null {
  const { documents, model, trans, run, minute } = props;
  const id = React.useId();
  if (documents.length === 0) {
    return null;
  }
  return (
    <section className="jp-Commons-Sessions-section" aria-labelledby={id}>
      <h3 id={id} className="jp-Commons-Sessions-title">
        {props.title}
      </h3>
      <ul>
        {documents.map(document => (
          <DocumentRow
            key={document.id}
            document={document}
            isNews={model.isNews(document.id)}
            now={minute}
            trans={trans}
            run={run}
          />
        ))}
      </ul>
    </section>
  );
}
