import type { Incident } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { Disclosure } from '../ui/disclosure';
import { absolute, relative } from '../ui/time';
import { bytesWords, notReported } from '../ui/units';
import { shortName } from '../ui/words';
import { countedTitle } from './gauge-words';
import { incidentWords } from './incident-words';

/** So many are shown at once. */
const SHOWN = 2;

type IncidentsProps = {
  incidents: Readonly<Record<string, Incident>>;
  time: number;
  trans: TranslationBundle;
};

/** What ended that should not have, newest first. */
export const IncidentsSection = React.memo(function IncidentsSection(
  props: IncidentsProps
): JSX.Element | null {
  const { trans } = props;
  const title = React.useId();
  const newest = Object.entries(props.incidents).sort(
    ([, one], [, other]) => other.at - one.at
  );
  if (newest.length === 0) {
    return null;
  }
  const items = newest.map(([key, incident]) => (
    <Item key={key} {...{ ...props, incident }} />
  ));
  return (
    <section aria-labelledby={title}>
      <h3 id={title} className="jp-Commons-Usage-title">
        {trans.__('What happened')}
      </h3>
      <ul className="jp-Commons-Incidents">{items.slice(0, SHOWN)}</ul>
      {items.length <= SHOWN ? null : (
        <Disclosure
          summary={countedTitle(
            trans,
            trans.__('Earlier'),
            items.length - SHOWN
          )}
        >
          {() => <ul className="jp-Commons-Incidents">{items.slice(SHOWN)}</ul>}
        </Disclosure>
      )}
    </section>
  );
});

function Item(props: IncidentsProps & { incident: Incident }): JSX.Element {
  const { incident, time, trans } = props;
  const { title, body } = incidentWords(trans, incident);
  const at = new Date(incident.at).toISOString();
  return (
    <li>
      <p className="jp-Commons-Incidents-title">
        {title}{' '}
        <time dateTime={at} title={absolute(at)}>
          {relative(at, time)}
        </time>
      </p>
      <p>{body}</p>
      {incident.largest.length === 0 ? null : (
        <Disclosure summary={trans.__('What used the memory then')}>
          {() => <Largest {...{ incident, trans }} />}
        </Disclosure>
      )}
    </li>
  );
}

function Largest(props: {
  incident: Incident;
  trans: TranslationBundle;
}): JSX.Element {
  const { incident, trans } = props;
  return (
    <table className="jp-Commons-Figures">
      <thead>
        <tr>
          <th scope="col">{trans.__('Name')}</th>
          <th scope="col">{trans.__('Memory')}</th>
          <th scope="col">{trans.__('Peak')}</th>
        </tr>
      </thead>
      <tbody>
        {incident.largest.map(({ name, path, memory, peak }, index) => (
          <tr key={index}>
            <th
              scope="row"
              title={path === undefined ? undefined : shortName(path)}
            >
              {shortName(name)}
            </th>
            {[memory, peak].map((bytes, column) => (
              <td key={column}>
                {bytes === undefined
                  ? notReported(trans)
                  : bytesWords(trans, bytes)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
