import type { QuotaReport } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import { Banner } from '../ui/banner';
import { Disclosure } from '../ui/disclosure';
import { EmptyState } from '../ui/empty-state';
import { Gauge } from '../ui/gauge';
import { errorWords } from '../ui/problem-words';
import { durationWords } from '../ui/units';
import { useMinute } from '../ui/use-minute';
import { useOnScreen } from '../ui/use-on-screen';
import { allowanceGauge, byNearness, thresholdWords } from './allowance-words';
import { AskSection } from './ask-section';
import { DayChart } from './day-chart';
import { countedWords } from './counted-words';
import type { QuotaModel } from './model';
import { momentWords } from './moment-words';
import { NotebooksTable } from './notebooks-table';
import { quotaProblemWords } from './problem-words';
import { RunningList } from './running-list';

export type PageProps = {
  model: QuotaModel;
  trans: TranslationBundle;
  /** Asks for more, of this policy first. */
  ask: (policy?: string) => void;
  openFile: (path: string) => void;
};

/** Everything that is known of the person's quota. */
export function QuotaView(props: PageProps): JSX.Element {
  const { model } = props;
  const element = useOnScreen<HTMLDivElement>(model.look);
  useMinute(model.time);
  return (
    <div ref={element} className="jp-Commons-Quota-page">
      <UseSignal signal={model.changed}>{() => <Case {...props} />}</UseSignal>
    </div>
  );
}

function Case(props: PageProps): JSX.Element {
  const { model, trans } = props;
  const { state } = model;
  switch (state.kind) {
    case 'loading':
      return <EmptyState title={trans.__('Loading…')} />;
    case 'absent':
      return (
        <EmptyState title={trans.__('Use is not counted here')}>
          <p>
            {state.reason ??
              trans.__('The companion of this hub does not know quota yet.')}
          </p>
        </EmptyState>
      );
    case 'failed':
      return (
        <>
          <div role="alert">
            <Banner
              tone="warn"
              text={errorWords(trans, state.error)}
              actions={[
                {
                  label: trans.__('Try again'),
                  run: () => void model.refresh()
                }
              ]}
            />
          </div>
          {state.last === null ? null : (
            <>
              <p className="jp-Commons-Quota-line">
                {trans.__(
                  'These figures are %1 old.',
                  durationWords(trans, model.age / 1000)
                )}
              </p>
              <Report {...props} report={state.last} />
            </>
          )}
        </>
      );
    case 'ready':
      return <Report {...props} report={state.report} />;
  }
}

type ReportProps = PageProps & { report: QuotaReport };

function Report(props: ReportProps): JSX.Element {
  const { model, trans, report, openFile } = props;
  const { running, stops, days, notebooks, problems, since } = report;
  const now = model.time();
  const own = model.ownServer;
  return (
    <>
      {problems.length === 0 ? null : (
        <ul className="jp-Commons-Problems">
          {problems.map(problem => (
            <li key={problem}>{quotaProblemWords(trans, problem)}</li>
          ))}
        </ul>
      )}
      <Part title={trans.__('Limits')}>
        <Limits {...props} now={now} />
      </Part>
      <Part title={trans.__('Running now')}>
        <RunningList {...{ running, stops, own, now, trans }} />
      </Part>
      <Part title={trans.__('By day')}>
        <DayChart days={days} trans={trans} />
        <p className="jp-Commons-Quota-line jp-Commons-hint">
          {countedWords(trans)}{' '}
          {trans.__('Counted since %1.', momentWords(trans, since, now))}
        </p>
      </Part>
      <Part title={trans.__('By notebook')}>
        <p className="jp-Commons-Quota-line jp-Commons-hint">
          {trans.__(
            'Reported by your own servers for the last 31 days, to tell where it goes. It does not count for any limit.'
          )}
        </p>
        {notebooks.length === 0 ? (
          <p className="jp-Commons-Quota-line">
            {trans.__('Nothing was reported.')}
          </p>
        ) : (
          <NotebooksTable {...{ notebooks, own, openFile, trans }} />
        )}
      </Part>
      <Part title={trans.__('Ask for more')}>
        <AskSection {...props} now={now} />
      </Part>
    </>
  );
}

function Part(props: {
  title: string;
  children: React.ReactNode;
}): JSX.Element {
  const id = React.useId();
  return (
    <section className="jp-Commons-Quota-part" aria-labelledby={id}>
      <h2 id={id} className="jp-Commons-Quota-title">
        {props.title}
      </h2>
      {props.children}
    </section>
  );
}

function Limits(props: ReportProps & { now: number }): JSX.Element {
  const { report, now, trans } = props;
  return report.allowances.length === 0 ? (
    <p className="jp-Commons-Quota-line">
      {trans.__('No limits are set for you.')}
    </p>
  ) : (
    <div className="jp-Commons-Quota-limits">
      {byNearness(report.allowances).map(each => {
        const lines = thresholdWords(trans, each.thresholds);
        return (
          <Gauge
            key={each.policy}
            words={allowanceGauge(trans, each, now)}
            trans={trans}
          >
            {lines.length === 0 ? null : (
              <Disclosure summary={trans.__('What happens as it is used up')}>
                {() => (
                  <ul className="jp-Commons-Quota-steps">
                    {lines.map(line => (
                      <li key={line}>{line}</li>
                    ))}
                  </ul>
                )}
              </Disclosure>
            )}
          </Gauge>
        );
      })}
    </div>
  );
}
