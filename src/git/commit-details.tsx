import '../../style/git-details.css';
import type { GitCommit, GitPerson } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { Banner } from '../ui/banner';
import { copyText } from '../ui/copy-text';
import { oneLine, shortName } from '../ui/words';
import {
  diffArgs,
  versionArgs,
  type FileVersions,
  type RunGitVerb
} from './actions';
import { ago, iso, whole } from './ago';
import type { ChangesTab } from './commit/tab';
import { FileList } from './file-list';
import type { HistoryModel } from './model';
import { Chips } from './row';
import { fileName, gitProblem, manyLines, shortHash } from './words';

/** Longer messages are drawn when they are asked for. */
const MESSAGE_CHARS = 2000;
const MOST_CHIPS = 20;

export type DetailsProps = {
  model: HistoryModel;
  now: number;
  trans: TranslationBundle;
  run: RunGitVerb;
  /** The verbs of the commit's branches and tags. */
  RowRefs?: ChangesTab['RowRefs'];
};

/** The commit that is selected, or what lies between two. */
export function CommitDetails(props: DetailsProps): JSX.Element | null {
  const { model, trans } = props;
  const { details: state } = model;
  switch (state.kind) {
    case 'none':
      return null;
    case 'loading':
      return (
        <Frame {...props}>
          <p aria-busy="true">{trans.__('Loading…')}</p>
        </Frame>
      );
    case 'failed':
      return (
        <Frame {...props}>
          <div role="alert">
            <Banner
              tone="error"
              text={gitProblem(trans, state.reason).text}
              actions={[
                {
                  label: trans.__('Try again'),
                  run: () => model.showDetails()
                }
              ]}
            />
          </div>
        </Frame>
      );
    case 'ready':
      return (
        <Frame {...props}>
          {state.from === undefined ? (
            <One {...props} commit={state.commit} />
          ) : (
            <Two {...props} commit={state.commit} from={state.from} />
          )}
        </Frame>
      );
  }
}

function Frame(
  props: DetailsProps & { children: React.ReactNode }
): JSX.Element {
  const { model, trans } = props;
  return (
    <section
      className="jp-Commons-History-details"
      aria-label={
        model.other === null ? trans.__('Commit') : trans.__('Comparison')
      }
    >
      {props.children}
    </section>
  );
}

type OneProps = DetailsProps & { commit: GitCommit };

function One(props: OneProps): JSX.Element {
  const { model, commit, now, trans, run } = props;
  const { row, committer, coAuthors = [] } = commit;
  const isOther =
    committer.name !== row.author.name || committer.email !== row.author.email;
  return (
    <>
      <Message {...{ commit, trans }} />
      <dl className="jp-Commons-History-people">
        <dt>{trans.__('Author')}</dt>
        <dd>
          <PersonName person={row.author} /> <When at={row.at} now={now} />
        </dd>
        {isOther ? (
          <>
            <dt>{trans.__('Committer')}</dt>
            <dd>
              <PersonName person={committer} />{' '}
              <When at={row.committedAt} now={now} />
            </dd>
          </>
        ) : null}
        {coAuthors.length === 0 ? null : (
          <>
            <dt>{trans.__('With')}</dt>
            <dd>
              {coAuthors.map((person, index) => (
                <div key={index}>
                  <PersonName person={person} />
                </div>
              ))}
            </dd>
          </>
        )}
        <dt>{trans.__('Commit')}</dt>
        <dd>
          <code title={row.hash}>{shortHash(row.hash)}</code>{' '}
          <Copy text={row.hash} trans={trans} />
        </dd>
      </dl>
      <p className="jp-Commons-History-chips">
        <Chips
          refs={row.refs ?? []}
          more={row.moreRefs ?? 0}
          trans={trans}
          most={MOST_CHIPS}
        />
      </p>
      <FileActions {...props} />
      {props.RowRefs === undefined ? null : (
        <props.RowRefs {...{ row, trans }} />
      )}
      <FileList
        repo={model.repo}
        from={row.parents[0]}
        {...{ commit, trans, run }}
      />
    </>
  );
}

function Two(props: OneProps & { from: string }): JSX.Element {
  const { model, commit, from, trans, run } = props;
  const before = model.rows?.rows[model.rows.indexOf(from)];
  return (
    <>
      <p className="jp-Commons-History-between">
        {trans.__(
          'From “%1” to “%2”',
          shortName(before?.subject ?? shortHash(from)),
          shortName(commit.row.subject)
        )}
      </p>
      <FileActions {...props} />
      <FileList repo={model.repo} {...{ commit, from, trans, run }} />
    </>
  );
}

/** The verbs of the file whose history is listed, and comparing. */
function FileActions(props: OneProps & { from?: string }): JSX.Element {
  const { model, trans, run } = props;
  const versions = versionsInFile(props);
  const args = versions === null ? null : versionArgs(versions);
  const name = versions === null ? '' : fileName(versions.path);
  return (
    <div className="jp-Commons-History-actions">
      {versions === null ? null : (
        <button
          type="button"
          className="jp-Commons-button jp-mod-accept"
          title={name}
          onClick={() => run('diff', diffArgs(versions))}
        >
          {trans.__('Show changes')}
        </button>
      )}
      {args === null ? null : (
        <>
          <button
            type="button"
            className="jp-Commons-button"
            onClick={() => run('open', args)}
          >
            {versions?.isDeleted
              ? trans.__('Open the version before')
              : trans.__('Open this version')}
          </button>
          <button
            type="button"
            className="jp-Commons-button"
            onClick={() => run('restore', args)}
          >
            {versions?.isDeleted
              ? trans.__('Restore the version before…')
              : trans.__('Restore this version…')}
          </button>
        </>
      )}
      <button
        type="button"
        className="jp-Commons-button"
        aria-pressed={model.isChoosing}
        onClick={() =>
          model.other === null
            ? model.choose(!model.isChoosing)
            : model.select(model.selected, false)
        }
      >
        {model.other === null
          ? trans.__('Compare with…')
          : trans.__('End comparison')}
      </button>
    </div>
  );
}

/** The file of the listed history at the shown commit; null in that of the repository. */
function versionsInFile(
  props: OneProps & { from?: string }
): FileVersions | null {
  const { model, commit, from } = props;
  const { rows } = model;
  const row = rows?.rows[rows.indexOf(commit.row.hash)];
  if (model.scope !== 'file' || row?.path === undefined) {
    return null;
  }
  const older = rows?.rows[rows.indexOf(from ?? null)];
  const before = older === undefined ? row.from : older.path;
  return {
    repo: model.repo,
    path: row.path,
    to: row.hash,
    from: from ?? row.parents[0],
    fromPath: before === row.path ? undefined : before,
    isDeleted: row.change === 'deleted'
  };
}

function Message(props: {
  commit: GitCommit;
  trans: TranslationBundle;
}): JSX.Element {
  const { commit, trans } = props;
  const [isWhole, setWhole] = React.useState(false);
  const text = manyLines(commit.message.trim());
  const isLong = text.length > MESSAGE_CHARS && !isWhole;
  const shown = isLong ? `${text.slice(0, MESSAGE_CHARS)}…` : text;
  const [subject = '', ...rest] = shown.split('\n');
  const body = rest.join('\n').trim();
  return (
    <div className="jp-Commons-History-message">
      <h3>{subject || trans.__('(no message)')}</h3>
      {body === '' ? null : <p>{body}</p>}
      {isLong ? (
        <button
          type="button"
          className="jp-Commons-button jp-mod-minimal"
          onClick={() => setWhole(true)}
        >
          {trans.__('Show the whole message')}
        </button>
      ) : commit.cut ? (
        <p className="jp-Commons-History-note">
          {trans.__('The message is longer than what is shown here.')}
        </p>
      ) : null}
    </div>
  );
}

function PersonName({ person }: { person: GitPerson }): JSX.Element {
  return (
    <span title={oneLine(person.email)}>
      <bdi>{shortName(person.name || person.email)}</bdi>
    </span>
  );
}

function When({ at, now }: { at: number; now: number }): JSX.Element {
  return (
    <time
      className="jp-Commons-History-when"
      dateTime={iso(at)}
      title={whole(at)}
    >
      {ago(at, now)}
    </time>
  );
}

function Copy(props: { text: string; trans: TranslationBundle }): JSX.Element {
  const { text, trans } = props;
  const [copied, setCopied] = React.useState<string | null>(null);
  return (
    <button
      type="button"
      className="jp-Commons-button jp-mod-minimal"
      onClick={() => void copyText(text).then(() => setCopied(text))}
    >
      {copied === text ? trans.__('Copied') : trans.__('Copy hash')}
    </button>
  );
}
