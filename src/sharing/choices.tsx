import type { SharedRole } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { absolute } from '../ui/time';
import { roleWords } from '../ui/words';
import {
  dayOf,
  endOfDay,
  expiryChoices,
  expiryOf,
  expiryWords,
  type ExpiryChoice
} from './expiry';

/** "Can view" or "Can edit". */
export function RoleSelect(props: {
  label: string;
  role: SharedRole;
  trans: TranslationBundle;
  onChange: (role: SharedRole) => void;
}): JSX.Element {
  const { trans } = props;
  return (
    <select
      className="jp-Commons-select"
      aria-label={props.label}
      value={props.role}
      onChange={event =>
        props.onChange(event.currentTarget.value === 'edit' ? 'edit' : 'view')
      }
    >
      <option value="view">{roleWords(trans, 'view')}</option>
      <option value="edit">{roleWords(trans, 'edit')}</option>
    </select>
  );
}

/**
 * How long somebody is let in. Tells of a change as soon as it is whole: a date
 * only when it is a coming one.
 */
export function ExpirySelect(props: {
  label: string;
  expiresAt: string | null;
  trans: TranslationBundle;
  now: () => number;
  onChange: (expiresAt: string | null) => void;
}): JSX.Element {
  const { trans, now, expiresAt, onChange } = props;
  const [choice, setChoice] = React.useState<ExpiryChoice | 'kept'>(
    expiresAt === null ? 'none' : 'kept'
  );
  const [date, setDate] = React.useState('');
  // A date field stays while it is typed in; all else shows what is in force.
  React.useEffect(() => {
    setChoice(current =>
      current === 'date' ? current : expiresAt === null ? 'none' : 'kept'
    );
  }, [expiresAt]);
  const choose = (next: ExpiryChoice) => {
    setChoice(next);
    const expiry = expiryOf(next, date, now());
    if (expiry !== undefined) {
      onChange(expiry);
    }
  };
  const pickDay = (day: string) => {
    setDate(day);
    const end = endOfDay(day, now());
    if (end !== null) {
      onChange(end);
    }
  };
  const dateId = React.useId();
  return (
    <>
      <select
        className="jp-Commons-select"
        aria-label={props.label}
        value={choice}
        onChange={event => {
          const { value } = event.currentTarget;
          choose(expiryChoices.find(each => each === value) ?? 'none');
        }}
      >
        {choice === 'kept' && expiresAt !== null ? (
          <option value="kept">
            {trans.__('Until %1', absolute(expiresAt))}
          </option>
        ) : null}
        {expiryChoices.map(each => (
          <option key={each} value={each}>
            {expiryWords(trans, each)}
          </option>
        ))}
      </select>
      {choice === 'date' ? (
        <span className="jp-Commons-ExpirySelect-date">
          <input
            type="date"
            className="jp-Commons-input"
            aria-label={trans.__('Last day')}
            aria-describedby={dateId}
            min={dayOf(now())}
            value={date}
            onChange={event => pickDay(event.currentTarget.value)}
          />
          <span id={dateId} className="jp-Commons-problem">
            {date !== '' && endOfDay(date, now()) === null
              ? trans.__('Pick today or a later day.')
              : ''}
          </span>
        </span>
      ) : null}
    </>
  );
}
