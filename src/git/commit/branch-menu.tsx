import type { GitRefs } from '@jupyterlab-commons/protocol';
import * as React from 'react';
import { shortName } from '../../ui/words';
import type { ChangesProps } from './changes-view';
import { Link } from './link';
import { NewRef } from './new-ref';
import { createBranch, deleteBranch, switchBranch } from './refs';
import { troubleWords } from './words';

const TYPING_MS = 200;
/** So many are listed; typing a part of the name finds the others. */
const MOST_LISTED = 30;

type Found =
  | { kind: 'loading' }
  | { kind: 'ready'; refs: GitRefs['refs']; more: boolean }
  | { kind: 'failed'; error: unknown };

type MenuProps = ChangesProps & { close: () => void };

/** Branches to switch to, to delete, and a new one. */
export function BranchMenu(props: MenuProps): JSX.Element {
  const { model, trans, close, refParts } = props;
  const [query, setQuery] = React.useState('');
  const [turn, setTurn] = React.useState(0);
  const found = useBranches(props, query, turn);
  const done = (isDone: boolean) => (isDone ? close() : setTurn(turn + 1));
  const refs = found.kind === 'ready' ? found.refs : [];
  return (
    <div
      className="jp-Commons-Branch-menu"
      role="group"
      aria-label={trans.__('Branches')}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          close();
        }
      }}
    >
      <input
        type="search"
        className="jp-Commons-input"
        aria-label={trans.__('Search for a branch')}
        placeholder={trans.__('Search for a branch')}
        // It has just been asked for.
        autoFocus
        value={query}
        onChange={event => setQuery(event.currentTarget.value)}
      />
      <ul>
        {refs.slice(0, MOST_LISTED).map(ref => (
          <Branch
            key={`${ref.kind}/${ref.name}`}
            {...props}
            found={ref}
            isCurrent={
              ref.kind === 'branch' && ref.name === model.status?.branch
            }
            done={done}
            again={() => setTurn(turn + 1)}
          />
        ))}
      </ul>
      <p className="jp-Commons-Changes-note" role="status">
        {noteOf(props, found)}
      </p>
      <NewRef
        trans={trans}
        label={trans.__('New branch from here')}
        option={trans.__('Switch to it')}
        button={trans.__('Create branch')}
        create={(name, goThere) =>
          createBranch(refParts(), name, { goThere }).then(isDone => {
            done(isDone);
            return isDone;
          })
        }
      />
    </div>
  );
}

function Branch(
  props: MenuProps & {
    found: GitRefs['refs'][number];
    isCurrent: boolean;
    done: (isDone: boolean) => void;
    again: () => void;
  }
): JSX.Element {
  const { trans, found, isCurrent, done, again, refParts } = props;
  const name = shortName(found.name);
  return (
    <li className="jp-Commons-Branch-row">
      <span className="jp-Commons-Branch-name">
        <bdi>{name}</bdi>
        {found.kind === 'remote' ? ` ${trans.__('(remote)')}` : ''}
      </span>
      {isCurrent ? (
        <span>{trans.__('Checked out')}</span>
      ) : (
        <>
          <Link
            aria-label={trans.__('Switch to %1', name)}
            onClick={() => void switchBranch(refParts(), found.name).then(done)}
          >
            {trans.__('Switch')}
          </Link>
          {found.kind === 'branch' ? (
            <Link
              aria-label={trans.__('Delete branch %1', name)}
              title={trans.__('Only when it is merged')}
              onClick={() =>
                void deleteBranch(refParts(), found.name).then(again)
              }
            >
              {trans.__('Delete')}
            </Link>
          ) : null}
        </>
      )}
    </li>
  );
}

/** Branches here and of remotes whose name has the query in it. */
function useBranches(
  { findRefs }: ChangesProps,
  query: string,
  turn: number
): Found {
  const [found, setFound] = React.useState<Found>({ kind: 'loading' });
  React.useEffect(() => {
    const abort = new AbortController();
    const ask = () =>
      findRefs(query, abort.signal).then(
        ({ refs, more }) => {
          const branches = refs.filter(
            ({ kind, name }) => kind !== 'tag' && !name.endsWith('/HEAD')
          );
          if (!abort.signal.aborted) {
            setFound({
              kind: 'ready',
              refs: branches,
              more: more || branches.length > MOST_LISTED
            });
          }
        },
        (error: unknown) =>
          abort.signal.aborted || setFound({ kind: 'failed', error })
      );
    const timer = setTimeout(() => void ask(), query === '' ? 0 : TYPING_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [findRefs, query, turn]);
  return found;
}

function noteOf({ trans }: MenuProps, found: Found): string {
  switch (found.kind) {
    case 'loading':
      return trans.__('Loading…');
    case 'failed':
      return troubleWords(trans, found.error);
    case 'ready':
      return found.refs.length === 0
        ? trans.__('No branch has this in its name.')
        : found.more
          ? trans.__('There are more. Type a part of the name.')
          : '';
  }
}
