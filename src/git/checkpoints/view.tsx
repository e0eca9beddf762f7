import '../../../style/git-checkpoints.css';
import type { GitKept } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ListCheckpoints } from '../../client/git-checkpoints';
import { Banner } from '../../ui/banner';
import { EmptyState } from '../../ui/empty-state';
import { useMinute } from '../../ui/use-minute';
import { oneLine, shortName } from '../../ui/words';
import type { RunGitVerb } from '../actions';
import { ago, iso, whole } from '../ago';
import type { HistoryModel } from '../model';
import { repoOf, type Scope } from '../state';
import { fileName, gitProblem, pathWords, shortHash } from '../words';
import { Kept } from './kept';

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
    <section
      className="jp-Commons-Kept"
      aria-label={trans.__('Checkpoints')}
      aria-busy={kept === null}
    >
      <Head {...props} {...{ scope, setScope, kept }} />
      {kept === null ? (
        <p className="jp-Commons-History-foot">{trans.__('Loading…')}</p>
      ) : (
        <List {...props} {...{ scope, setScope, kept }} />
      )}
    </section>
  );
}

type PartProps = CheckpointsProps & {
  scope: Scope;
  setScope: (scope: Scope) => void;
};

/** Read again when a ref has moved; until then what was listed stays in its place. */
function useKept(
  { model, list }: CheckpointsProps,
  path: string | undefined
): Kept | null {
  const [kept, setKept] = React.useState<{ list: Kept } | null>(null);
  const before = React.useRef<Kept | null>(null);
  const { state, turn } = model;
  const repo = repoOf(state);
  React.useEffect(() => {
    const next = new Kept(list, repo, path, now => {
      before.current = now;
      setKept({ list: now });
    });
    const isSame =
      before.current?.repo === repo && before.current.path === path;
    void next.fill(isSame ? before.current!.rows.length : 0);
    return () => next.stop();
  }, [list, repo, path, turn]);
  const now = kept?.list;
  return now?.repo === repo && now.path === path ? now : null;
}

function Head(props: PartProps & { kept: Kept | null }): JSX.Element {
  const { model, trans, run, scope, setScope, kept } = props;
  const { path } = model;
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
        {!kept?.limits
          ? trans.__('Versions of files, kept beside all branches.')
          : trans.__(
              'Versions of files, kept beside all branches: the newest %1 of each file, and of the repository the newest %2. Older ones are removed when another one is kept.',
              kept.limits.ofFile,
              kept.limits.inAll
            )}
      </p>
    </header>
  );
}

function List(props: PartProps & { kept: Kept }): JSX.Element {
  const { trans, kept, scope, now = Date.now } = props;
  const minute = useMinute(now);
  const { rows, state } = kept;
  return (
    <div className="jp-Commons-Kept-list">
      {rows.length === 0 && state.kind === 'done' ? (
        <Nothing {...props} />
      ) : (
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
      )}
      {state.kind === 'failed' ? (
        <div role="alert">
          <Banner
            tone="error"
            text={gitProblem(trans, state.reason).text}
            actions={[
              { label: trans.__('Try again'), run: () => void kept.more() }
            ]}
          />
        </div>
      ) : state.kind === 'more' ? (
        <button
          type="button"
          className="jp-Commons-button jp-mod-minimal"
          onClick={() => void kept.more()}
        >
          {trans.__('Show older ones')}
        </button>
      ) : null}
    </div>
  );
}

function Nothing({ trans, scope, setScope }: PartProps): JSX.Element {
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
          onClick={() => setScope('repository')}
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
    <li className="jp-Commons-Kept-item">
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
