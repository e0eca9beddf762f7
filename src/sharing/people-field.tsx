import type { PeopleList } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { shortName } from '../ui/words';
import type { PeopleSearch } from './people-search';

/** One line of the list below the field. */
export type Suggestion = {
  kind: 'users' | 'groups';
  name: string;
  displayName: string;
};

function suggestionsOf(found: PeopleList): Suggestion[] {
  return [
    ...found.people.map(each => ({
      kind: 'users' as const,
      name: each.user,
      displayName: each.displayName
    })),
    ...found.groups.map(each => ({
      kind: 'groups' as const,
      name: each.name,
      displayName: each.name
    }))
  ];
}

function wordsOf(trans: TranslationBundle, each: Suggestion): string {
  if (each.kind === 'groups') {
    return trans.__('%1 (group)', shortName(each.name));
  }
  return each.displayName === each.name || each.displayName === ''
    ? shortName(each.name)
    : `${shortName(each.displayName)} (${shortName(each.name)})`;
}

/**
 * A text field with suggestions, as a combobox: arrows choose, Enter takes,
 * Escape closes the list first. A name that nobody suggests may be typed.
 */
export function PeopleField(props: {
  text: string;
  problem: string | null;
  search: PeopleSearch;
  trans: TranslationBundle;
  onText: (text: string) => void;
  onPick: (who: Suggestion) => void;
  onEnter: () => void;
}): JSX.Element {
  const { trans, search } = props;
  const id = React.useId();
  const [found, setFound] = React.useState<Suggestion[]>([]);
  const [open, setOpen] = React.useState(false);
  const [at, setAt] = React.useState(-1);
  React.useEffect(() => {
    const show = () => {
      setFound(suggestionsOf(search.found));
      setAt(-1);
    };
    search.changed.connect(show);
    return () => void search.changed.disconnect(show);
  }, [search]);

  const showing = open && found.length > 0;
  const pick = (who: Suggestion) => {
    setOpen(false);
    search.ask('');
    props.onPick(who);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step =
      event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && found.length > 0) {
      event.preventDefault();
      setOpen(true);
      setAt(indexAfter(at, step, found.length));
    } else if (event.key === 'Escape' && showing) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const chosen = showing ? found[at] : undefined;
      if (chosen) {
        pick(chosen);
      } else {
        setOpen(false);
        props.onEnter();
      }
    }
  };
  return (
    <div className="jp-Commons-PeopleField">
      <label htmlFor={`${id}-field`}>{trans.__('Person or group')}</label>
      <input
        id={`${id}-field`}
        className="jp-Commons-input"
        type="text"
        role="combobox"
        data-commons-focus=""
        autoComplete="off"
        spellCheck={false}
        placeholder={trans.__('User name')}
        aria-autocomplete="list"
        aria-expanded={showing}
        aria-controls={`${id}-list`}
        aria-activedescendant={showing && at >= 0 ? `${id}-${at}` : undefined}
        aria-invalid={props.problem !== null}
        aria-describedby={`${id}-problem`}
        value={props.text}
        onChange={event => {
          props.onText(event.currentTarget.value);
          search.ask(event.currentTarget.value);
          setOpen(true);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setOpen(false)}
      />
      <SuggestionList
        id={id}
        found={found}
        at={at}
        hidden={!showing}
        trans={trans}
        onPick={pick}
      />
      <p id={`${id}-problem`} className="jp-Commons-problem" role="alert">
        {props.problem ?? ''}
      </p>
    </div>
  );
}

/** One further or back, around both ends; -1 stands for none. */
function indexAfter(at: number, step: number, count: number): number {
  const from = at < 0 && step < 0 ? 0 : at;
  return (from + step + count) % count;
}

function SuggestionList(props: {
  id: string;
  found: readonly Suggestion[];
  at: number;
  hidden: boolean;
  trans: TranslationBundle;
  onPick: (who: Suggestion) => void;
}): JSX.Element {
  const { id, found, at, hidden, trans, onPick } = props;
  return (
    <ul
      id={`${id}-list`}
      className="jp-Commons-PeopleField-list"
      role="listbox"
      aria-label={trans.__('Suggestions')}
      hidden={hidden}
    >
      {found.map((each, index) => (
        <li
          key={`${each.kind} ${each.name}`}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === at}
          // The field must keep the focus, or its blur closes the list before the click.
          onMouseDown={event => event.preventDefault()}
          onClick={() => onPick(each)}
        >
          {wordsOf(trans, each)}
        </li>
      ))}
    </ul>
  );
}
