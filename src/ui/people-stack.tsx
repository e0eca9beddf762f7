import * as React from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Person } from '@jupyterlab-commons/protocol';
import { Avatar } from './avatar';
import { personName } from './words';

/** Avatars side by side; the label names everybody, also those behind "+3". */
export function PeopleStack(props: {
  people: readonly Person[];
  trans: TranslationBundle;
  most?: number;
}): JSX.Element | null {
  const { people, trans, most = 4 } = props;
  if (people.length === 0) {
    return null;
  }
  const shown = people.length > most ? people.slice(0, most - 1) : people;
  const rest = people.length - shown.length;
  const label = trans.__(
    'Here now: %1',
    people.map(each => personName(each)).join(', ')
  );
  return (
    <span
      className="jp-Commons-PeopleStack"
      role="img"
      aria-label={label}
      title={label}
    >
      {shown.map(each => (
        <Avatar
          key={each.user}
          user={each.user}
          displayName={each.displayName}
        />
      ))}
      {rest > 0 ? (
        <span className="jp-Commons-Avatar jp-mod-rest" aria-hidden="true">
          {`+${rest}`}
        </span>
      ) : null}
    </span>
  );
}
