import '../../style/quota.css';
import type { QuotaReport } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import { Disclosure } from '../ui/disclosure';
import { Gauge } from '../ui/gauge';
import { durationWords } from '../ui/units';
import { useMinute } from '../ui/use-minute';
import { useOnScreen } from '../ui/use-on-screen';
import { allowanceGauge, byNearness } from './allowance-words';
import { amountWords, dayResources } from './amount-words';
import { countedWords } from './counted-words';
import type { QuotaModel } from './model';
import { RunningList } from './running-list';
import { sumOf, usedKeys } from './sums';

/** So many limits are in the panel; the page has all. */
const NEAREST = 3;

export type SectionProps = {
  model: QuotaModel;
  trans: TranslationBundle;
  /** Shows the page of its own. */
  open: () => void;
};

/** The quota in the panel of resources; nothing where nothing is known of it. */
export function QuotaSection(props: SectionProps): JSX.Element {
  const { model } = props;
  const element = useOnScreen<HTMLDivElement>(model.look);
  useMinute(model.time);
  return (
    <div ref={element}>
      <UseSignal signal={model.changed}>
        {() =>
          model.report === null ? null : (
            <Section {...props} report={model.report} now={model.time()} />
          )
        }
      </UseSignal>
    </div>
  );
}

function Section(
  props: SectionProps & { report: QuotaReport; now: number }
): JSX.Element {
  const { model, trans, open, report, now } = props;
  const { allowances, running, stops } = report;
  const title = React.useId();
  const nearest = byNearness(allowances).slice(0, NEAREST);
  return (
    <section className="jp-Commons-Quota-section" aria-labelledby={title}>
      <h3 id={title} className="jp-Commons-Usage-title">
        {trans.__('Quota')}
      </h3>
      {model.state.kind === 'failed' ? (
        <p className="jp-Commons-Quota-line">
          {trans.__(
            'Figures of %1 ago; it is tried again by itself.',
            durationWords(trans, model.age / 1000)
          )}
        </p>
      ) : null}
      {nearest.length === 0 ? (
        <OwnUse report={report} trans={trans} />
      ) : (
        <div className="jp-Commons-Quota-limits">
          {nearest.map(each => (
            <Gauge
              key={each.policy}
              words={allowanceGauge(trans, each, now)}
              trans={trans}
            />
          ))}
        </div>
      )}
      <Disclosure summary={trans.__('What counts')}>
        {() => <p className="jp-Commons-hint">{countedWords(trans)}</p>}
      </Disclosure>
      <RunningList {...{ running, stops, now, trans }} own={model.ownServer} />
      <p className="jp-Commons-Quota-line">
        <button type="button" className="jp-Commons-button" onClick={open}>
          {allowances.length > nearest.length
            ? trans._n(
                'All %1 limits and details',
                'All %1 limits and details',
                allowances.length
              )
            : trans.__('Details of your quota')}
        </button>
      </p>
    </section>
  );
}

/** What was used where nothing is limited. */
function OwnUse(props: {
  report: QuotaReport;
  trans: TranslationBundle;
}): JSX.Element {
  const { report, trans } = props;
  const sums = usedKeys(report.days).map(key =>
    amountWords(trans, sumOf(report.days, key), { resource: dayResources[key] })
  );
  return (
    <p className="jp-Commons-Quota-line">
      {sums.length === 0
        ? trans.__('No limits are set for you.')
        : trans.__(
            'No limits are set for you. Used in the last 31 days: %1.',
            sums.join(', ')
          )}
    </p>
  );
}
