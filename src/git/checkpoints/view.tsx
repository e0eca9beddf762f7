import '../../../style/git-checkpoints.css';
import type { GitKept } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ListCheckpoints } from '../../client/git-checkpoints';
import { Banner } from '../../ui/banner';
import { EmptyState } from '../../ui/empty-state';
import { LiveRegion } from '../../ui/live-region';
import { useMinute } from '../../ui/use-minute';
import { oneLine, shortName } from '../../ui/words';
import type { RunGitVerb } from '../actions';
import { ago, iso, whole } from '../ago';
import type { HistoryModel } from '../model';
import { repoOf, type Scope } from '../state';
import { fileName, gitProblem, pathWords, shortHash } from '../words';
import { Kept, type KeptPart, type KeptState } from './kept';
import { useNextFocus } from './use-next-focus';
import { useSlow } from './use-slow';

export type CheckpointsProps = {
  model: HistoryModel;
  list: ListCheckpoints;
  trans: TranslationBundle;
  run: RunGitVerb;
  /** The clock; tests hand in their own. */
  now?: () => number;
};

/** The versions that were kept beside all branches, of the file in front or of all. */
export function CheckpointsView(props: CheckpointsProps): JSX.Element {
  const { model, trans } = props;
  const [wanted, setScope] = React.useState<Scope>('file');
  const { path } = model;
  const scope = path === undefined ? 'repository' : wanted;
  const kept = useKept(props, scope === 'file' ? path : undefined);
  return (
    <section className="jp-Commons-Kept" aria-label={trans.__('Checkpoints')}>
      <Head {...props} {...{ scope, setScope, kept }} />
      <List {...props} {...{ scope, setScope, kept }} />
    </section>
  );
}

type PartProps = CheckpointsProps & {
  scope: Scope;
  setScope: (scope: Scope) => void;
  kept: Kept;
};

/** Read again when a ref has moved. */
function useKept({ model, list }: CheckpointsProps, path?: string): Kept {
  const [, draw] = React.useReducer((count: number) => count + 1, 0);
  const { state, turn } = model;
  const repo = repoOf(state);
  const kept = React.useMemo(
    () => new Kept(list, repo, path, draw),
    [list, repo, path]
  );
  React.useEffect(() => () => kept.stop(), [kept]);
  React.useEffect(() => void kept.refresh(), [kept, turn]);
  return kept;
}

function Head(props: PartProps): JSX.Element {
  const { model, trans, run, scope, setScope, kept } = props;
  const { path } = model;
  // As long as another list comes, those of the one before: they are the same.
  const [known, setKnown] = React.useState(kept.state.limits);
  const limits = kept.state.limits ?? known;
  if (limits !== known) {
    setKnown(limits);
  }
  const group = React.useId();
  const scopes: [Scope, string][] = [
    ['file', trans.__('This file')],
    ['repository', trans.__('Whole repository')]
  ];
  return (
    <header className="jp-Commons-History-header">
      {path === undefined ? null : (
        <div className="jp-Commons-History-filters">
          <fieldset className="jp-Commons-History-scope">
            <legend className="jp-Commons-hidden">
              {trans.__('Checkpoints of')}
            </legend>
            {scopes.map(([each, label]) => (
              <label key={each}>
                <input
                  type="radio"
                  name={group}
                  checked={scope === each}
                  onChange={() => setScope(each)}
                />
                <span>{label}</span>
              </label>
            ))}
          </fieldset>
          {path.endsWith('.ipynb') ? (
            <button
              type="button"
              className="jp-Commons-button"
              title={trans.__('Keep %1 as it is now', fileName(path))}
              onClick={() =>
                run('checkpoint', { repo: repoOf(model.state), path })
              }
            >
              {trans.__('Keep one now')}
            </button>
          ) : null}
        </div>
      )}
      <p className="jp-Commons-History-note">
        {limits === null
          ? trans.__('Versions of files, kept beside all branches.')
          : trans.__(
              'Versions of files, kept beside all branches: the newest %1 of each file, and of the repository the newest %2. Older ones are removed when another one is kept.',
              limits.ofFile,
              limits.inAll
            )}
      </p>
    </header>
  );
}

function List(props: PartProps): JSX.Element {
  const { trans, kept, scope, setScope, now = Date.now } = props;
  const minute = useMinute(now);
  const list = React.useRef<HTMLDivElement>(null);
  const { rows, limits, failed, isAwaited } = kept.state;
  const focusNext = useNextFocus(list, kept.state);
  const ask: Ask = (part, pressed) => {
    focusNext(part, pressed);
    void kept.ask(part);
  };
  const showAll = (pressed: HTMLElement) => {
    focusNext('list', pressed);
    setScope('repository');
  };
  return (
    <div ref={list} className="jp-Commons-Kept-list" tabIndex={-1}>
      <Failed {...{ trans, ask, failed }} part="list" />
      {rows.length > 0 ? (
        <ul>
          {rows.map(row => (
            <Item
              key={row.ref}
              {...props}
              {...{ row, minute }}
              isOfFile={scope === 'file'}
            />
          ))}
        </ul>
      ) : limits === null ? null : (
        <Nothing {...{ trans, scope, showAll }} />
      )}
      <Older {...{ trans, ask, kept }} />
      <Waiting {...{ trans, isAwaited }} />
    </div>
  );
}

function Waiting(props: {
  trans: TranslationBundle;
  isAwaited: boolean;
}): JSX.Element {
  const { trans, isAwaited } = props;
  const isSlow = useSlow(isAwaited);
  // No `aria-busy` around it: a screen reader may say nothing of what is busy.
  return <LiveRegion visible text={isSlow ? trans.__('Loading…') : ''} />;
}

type Ask = (part: KeptPart, pressed: HTMLElement) => void;
type AskProps = { trans: TranslationBundle; ask: Ask };

/** Why a part could not be read; it stays until it can be. */
function Failed(
  props: AskProps & { part: KeptPart; failed: KeptState['failed'] }
): JSX.Element | null {
  const { trans, ask, part, failed } = props;
  const { [part]: trouble } = failed;
  const box = React.useRef<HTMLDivElement>(null);
  return trouble === undefined ? null : (
    <div ref={box} role="alert" className="jp-Commons-Kept-failed">
      <Banner
        tone="error"
        text={gitProblem(trans, trouble.reason).text}
        actions={[
          {
            label: trans.__('Try again'),
            run: () => ask(part, box.current!.querySelector('button')!)
          }
        ]}
      />
    </div>
  );
}

function Older(props: AskProps & { kept: Kept }): JSX.Element | null {
  const { trans, ask, kept } = props;
  const { failed, hasOlder } = kept.state;
  return failed.older !== undefined ? (
    <Failed {...{ trans, ask, failed }} part="older" />
  ) : hasOlder ? (
    <button
      type="button"
      className="jp-Commons-button jp-mod-minimal"
      onClick={event => ask('older', event.currentTarget)}
    >
      {trans.__('Show older ones')}
    </button>
  ) : null;
}

function Nothing(props: {
  trans: TranslationBundle;
  scope: Scope;
  showAll: (pressed: HTMLElement) => void;
}): JSX.Element {
  const { trans, scope, showAll } = props;
  return (
    <EmptyState
      title={
        scope === 'file'
          ? trans.__('No checkpoint of this file yet.')
          : trans.__('No checkpoints here yet.')
      }
    >
      <p>
        {trans.__(
          'Keep a Checkpoint of This Notebook, in the File menu, makes one. So does every restoring: what was there before is kept.'
        )}
      </p>
      {scope === 'file' ? (
        <button
          type="button"
          className="jp-Commons-button"
          onClick={event => showAll(event.currentTarget)}
        >
          {trans.__('Show those of all files')}
        </button>
      ) : null}
    </EmptyState>
  );
}

/** One kept version: when, of which file, what was said with it, and what to do. */
function Item(
  props: CheckpointsProps & { row: GitKept; minute: number; isOfFile: boolean }
): JSX.Element {
  const { model, trans, run, row, minute, isOfFile } = props;
  const { path, hash, at } = row;
  const file = { repo: repoOf(model.state), path };
  const about = trans.__('%1, %2', fileName(path), whole(at));
  const verbs = [
    {
      label: trans.__('Open'),
      long: trans.__('Open the checkpoint: %1', about),
      press: () => run('open', { ...file, rev: hash })
    },
    {
      label: trans.__('Compare'),
      long: trans.__('Compare with now: %1', about),
      press: () => run('diff', { ...file, from: hash })
    },
    {
      label: trans.__('Restore…'),
      long: trans.__('Restore…: %1', about),
      press: () => run('restore', { ...file, rev: hash })
    }
  ];
  return (
    <li className="jp-Commons-Kept-item" tabIndex={-1}>
      <p className="jp-Commons-Kept-title">
        <bdi>
          {isOfFile ? oneLine(row.message) || shortHash(hash) : pathWords(path)}
        </bdi>
      </p>
      {isOfFile ? null : (
        <p className="jp-Commons-Kept-message">{oneLine(row.message)}</p>
      )}
      <p className="jp-Commons-History-note">
        <time dateTime={iso(at)} title={whole(at)}>
          {ago(at, minute)}
        </time>
        {' · '}
        <bdi>{shortName(row.author)}</bdi>
        {' · '}
        <code title={hash}>{shortHash(hash)}</code>
      </p>
      <p className="jp-Commons-Kept-verbs">
        {verbs.map(({ label, long, press }) => (
          <button
            key={label}
            type="button"
            className="jp-Commons-History-link"
            aria-label={long}
            onClick={press}
          >
            {label}
          </button>
        ))}
      </p>
    </li>
  );
}
