import type { GitRefs } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { HistoryModel } from './model';
import type { Branch } from './query';
import { gitProblem, refWords } from './words';

const TYPING_MS = 200;

type Choice = Branch | null;
type Found =
  | { kind: 'loading' }
  | { kind: 'ready'; answer: GitRefs }
  | { kind: 'failed'; reason: unknown };

export type BranchChoicesProps = {
  model: HistoryModel;
  trans: TranslationBundle;
  /** Without an argument nothing is chosen; null are all branches. */
  choose: (choice?: Branch | null) => void;
};

/** A field to search in names, and the names found; the ones that changed last first. */
export function BranchChoices(props: BranchChoicesProps): JSX.Element {
  const { model, trans, choose } = props;
  const id = React.useId();
  const [query, setQuery] = React.useState('');
  const [active, setActive] = React.useState(0);
  const found = useRefs(model, query);
  // Those of the query before stay until the answer comes, as far as they fit.
  const refs: Choice[] =
    found.kind === 'ready'
      ? found.answer.refs.filter(({ name }) => contains(name, query))
      : [];
  const choices = query === '' ? [null, ...refs] : refs;
  const at = Math.min(active, choices.length - 1);
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive(Math.max(0, Math.min(choices.length - 1, at + step)));
    } else if (event.key === 'Enter' && at >= 0) {
      choose(choices[at]);
    } else if (event.key === 'Escape') {
      choose();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="jp-Commons-History-choices">
      <input
        type="text"
        role="combobox"
        // It has just been asked for.
        autoFocus
        className="jp-Commons-input"
        aria-label={trans.__('Search for a branch or tag')}
        placeholder={trans.__('Search for a branch or tag')}
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={at < 0 ? undefined : `${id}-${at}`}
        aria-autocomplete="list"
        value={query}
        onChange={event => {
          setQuery(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul
        id={id}
        role="listbox"
        aria-label={trans.__('Branches and tags')}
        aria-busy={found.kind === 'loading'}
        hidden={choices.length === 0}
      >
        {choices.map((choice, index) => (
          <Option
            key={choice === null ? '' : `${choice.kind}/${choice.name}`}
            id={`${id}-${index}`}
            isActive={index === at}
            {...{ choice, trans }}
            isChosen={
              choice?.hash === model.branch?.hash &&
              choice?.name === model.branch?.name
            }
            choose={() => choose(choice)}
          />
        ))}
      </ul>
      <p className="jp-Commons-History-note" role="status">
        {noteOf(found, choices.length, trans)}
      </p>
    </div>
  );
}

function contains(name: string, query: string): boolean {
  return name.toLowerCase().includes(query.toLowerCase());
}

function Option(props: {
  id: string;
  choice: Choice;
  isActive: boolean;
  isChosen: boolean;
  trans: TranslationBundle;
  choose: () => void;
}): JSX.Element {
  const { choice, trans } = props;
  const node = React.useRef<HTMLLIElement>(null);
  React.useEffect(() => {
    if (props.isActive) {
      node.current?.scrollIntoView?.({ block: 'nearest' });
    }
  }, [props.isActive]);
  return (
    <li
      ref={node}
      id={props.id}
      role="option"
      className={props.isActive ? 'jp-mod-active' : ''}
      aria-selected={props.isChosen}
      // The field keeps the focus.
      onMouseDown={event => event.preventDefault()}
      onClick={props.choose}
    >
      {choice === null ? trans.__('All branches') : refWords(trans, choice)}
    </li>
  );
}

/** The refs whose name contains the query, asked for when typing has paused. */
function useRefs(model: HistoryModel, query: string): Found {
  const [found, setFound] = React.useState<Found>({ kind: 'loading' });
  const { calls, repo } = model;
  React.useEffect(() => {
    const abort = new AbortController();
    const ask = () =>
      calls.refs(repo, query, abort.signal).then(
        answer => abort.signal.aborted || setFound({ kind: 'ready', answer }),
        (reason: unknown) =>
          abort.signal.aborted || setFound({ kind: 'failed', reason })
      );
    const timer = setTimeout(() => void ask(), query === '' ? 0 : TYPING_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [calls, repo, query]);
  return found;
}

function noteOf(found: Found, count: number, trans: TranslationBundle): string {
  switch (found.kind) {
    case 'loading':
      return trans.__('Loading…');
    case 'failed':
      return gitProblem(trans, found.reason).text;
    case 'ready':
      return count === 0
        ? trans.__('No branch or tag has this in its name.')
        : found.answer.more
          ? trans.__('There are more. Type a part of the name.')
          : '';
  }
}
