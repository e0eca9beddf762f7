import type { PlannedStop, RunningServer } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { shortName } from '../ui/words';
import { momentWords } from './moment-words';
import { runningWords, serverWords } from './server-words';

/** The servers that run now, the one of this page first, each with its planned stop. */
export function RunningList(props: {
  running: readonly RunningServer[];
  stops: readonly PlannedStop[];
  own: string | null;
  now: number;
  trans: TranslationBundle;
}): JSX.Element {
  const { running, stops, own, now, trans } = props;
  const servers = [...running].sort(
    (one, other) => Number(other.server === own) - Number(one.server === own)
  );
  return servers.length === 0 ? (
    <p className="jp-Commons-Quota-line">
      {trans.__('No server of yours runs.')}
    </p>
  ) : (
    <ul className="jp-Commons-Quota-running">
      {servers.map(each => {
        const stop = stops.find(({ server }) => server === each.server);
        return (
          <li key={each.server}>
            <span className="jp-Commons-Quota-name">
              {serverWords(trans, each.server, own)}
            </span>{' '}
            <span className="jp-Commons-Quota-facts">
              {each.profile === ''
                ? null
                : `${trans.__('Profile %1', shortName(each.profile))}; `}
              {runningWords(trans, each, now)}
            </span>
            {stop === undefined ? null : (
              <span className="jp-Commons-Quota-stop">
                {trans.__(
                  'Will be stopped %1.',
                  momentWords(trans, stop.stopAt, now)
                )}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
