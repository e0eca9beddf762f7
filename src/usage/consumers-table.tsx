import type { UsageHistory, UsageSample } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { HiddenText } from '../ui/hidden-text';
import { OlderFigures } from '../ui/usage-frame';
import type { UsageVerb } from '../ui/usage-widget';
import { ConsumerRow } from './consumer-row';
import { consumerWords, knowsGpus } from './consumer-words';
import { countedTitle } from './gauge-words';
import { useRowOrder, type Sort, type SortColumn } from './row-order';

type TableProps = {
  sample: UsageSample;
  history: UsageHistory | null;
  time: number;
  trans: TranslationBundle;
  run: (verb: UsageVerb, key: string) => void;
};

/** Who uses what: every kernel and terminal, the server and the rest, sortable. */
export function ConsumersTable(props: TableProps): JSX.Element {
  const { sample, time, trans } = props;
  const { consumers, consumersAt } = sample;
  const title = React.useId();
  const count = Object.values(consumers).filter(
    ({ kind }) => kind === 'kernel' || kind === 'terminal'
  ).length;
  return (
    <section aria-labelledby={title}>
      <h3 id={title} className="jp-Commons-Usage-title">
        {countedTitle(trans, trans.__('Kernels and terminals'), count)}
      </h3>
      <OlderFigures at={consumersAt} {...{ sample, time, trans }} />
      {count === 0 ? (
        <p className="jp-Commons-Usage-line">
          {trans.__('No kernel and no terminal is running.')}
        </p>
      ) : null}
      {Object.keys(consumers).length === 0 ? null : (
        <Table {...props} title={title} />
      )}
    </section>
  );
}

function Table(props: TableProps & { title: string }): JSX.Element {
  const { sample, history, time, trans, run } = props;
  const { consumers } = sample;
  const [sort, setSort] = React.useState<Sort>({
    by: 'memory',
    descending: true
  });
  const [isHeld, setHeld] = React.useState(false);
  const order = useRowOrder(consumers, { sort, time, isHeld });
  const hasGpus = knowsGpus(sample);
  return (
    <table
      role="table"
      className="jp-Commons-Consumers"
      aria-labelledby={props.title}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Head sort={sort} setSort={setSort} hasGpus={hasGpus} trans={trans} />
      <tbody role="rowgroup">
        {order.map(key => (
          <ConsumerRow
            key={key}
            id={key}
            words={consumerWords(trans, consumers[key]!, { sample, time })}
            series={history?.consumers[key]}
            step={history?.consumersStep ?? 1}
            run={run}
            trans={trans}
          />
        ))}
      </tbody>
    </table>
  );
}

const Head = React.memo(function Head(props: {
  sort: Sort;
  setSort: (sort: Sort) => void;
  hasGpus: boolean;
  trans: TranslationBundle;
}): JSX.Element {
  const { sort, setSort, trans } = props;
  const columns: [SortColumn, string][] = [
    ['name', trans.__('Name')],
    ['memory', trans.__('Memory')],
    ['cpu', trans.__('CPU')],
    ['gpu', trans.__('GPU')],
    ['idle', trans.__('Idle')]
  ];
  return (
    <thead role="rowgroup">
      <tr role="row">
        {columns
          .filter(([by]) => by !== 'gpu' || props.hasGpus)
          .map(([by, label]) => (
            <SortHead key={by} by={by} {...{ label, sort, setSort }} />
          ))}
        <th role="columnheader" scope="col" className="jp-mod-verbs">
          <HiddenText>{trans.__('Actions')}</HiddenText>
        </th>
      </tr>
    </thead>
  );
});

function SortHead(props: {
  by: SortColumn;
  label: string;
  sort: Sort;
  setSort: (sort: Sort) => void;
}): JSX.Element {
  const { by, label, sort, setSort } = props;
  const isSorted = sort.by === by;
  const direction = sort.descending ? 'descending' : 'ascending';
  return (
    <th
      role="columnheader"
      scope="col"
      className={`jp-mod-${by}`}
      aria-sort={isSorted ? direction : 'none'}
    >
      <button
        type="button"
        className="jp-Commons-Consumers-sort"
        onClick={() =>
          setSort({
            by,
            // The largest is what is looked for, and the first of names.
            descending: isSorted ? !sort.descending : by !== 'name'
          })
        }
      >
        {label}
        <span aria-hidden="true">
          {isSorted ? (sort.descending ? ' ▾' : ' ▴') : ''}
        </span>
      </button>
    </th>
  );
}
