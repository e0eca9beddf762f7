import '../../../style/git-commit.css';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import { copyText } from '../../ui/copy-text';
import { Banner, type BannerAction } from '../../ui/banner';
import { EmptyState } from '../../ui/empty-state';
import { LiveRegion } from '../../ui/live-region';
import { isCommonsError } from '../../ui/problem-words';
import type { RunGitVerb } from '../actions';
import { noteWords } from '../words';
import { BranchBar, type BranchParts } from './branch-bar';
import { CommitForm } from './commit-form';
import { FileRow } from './file-row';
import type { ChangesModel, Trouble } from './model';
import type { ChangedFile } from './notebooks';
import { readMoved, saidWords, troubleWords } from './words';

export type ChangesProps = BranchParts & {
  model: ChangesModel;
  trans: TranslationBundle;
  run: RunGitVerb;
  /** Shows what the repository's programs are; resolves when that is decided. */
  trust: () => Promise<void>;
};

/** Staging and committing, and the branch that it goes to. */
export function ChangesView(props: ChangesProps): JSX.Element {
  return (
    <UseSignal signal={props.model.changed}>
      {() => <Changes {...props} />}
    </UseSignal>
  );
}

function Changes(props: ChangesProps): JSX.Element {
  const { model, trans } = props;
  const { options, status, repository, trouble } = model;
  const { state } = options.status;
  return (
    <div className="jp-Commons-Changes">
      <BranchBar key={model.repo} {...props} />
      {repository === null
        ? null
        : noteWords(trans, repository).map(note => (
            <p key={note} className="jp-Commons-Changes-note">
              {note}
            </p>
          ))}
      {trouble === null ? null : <TroubleBanner {...props} trouble={trouble} />}
      <LiveRegion visible text={saidWords(trans, model.said)} />
      {state.kind === 'failed' ? (
        <div role="alert">
          <Banner
            tone="error"
            text={troubleWords(trans, state.reason)}
            actions={[
              {
                label: trans.__('Try again'),
                run: () => void model.lookAgain()
              }
            ]}
          />
        </div>
      ) : null}
      {status !== null ? (
        <>
          <Files {...props} />
          <CommitForm {...props} />
        </>
      ) : state.kind === 'loading' ? (
        <p className="jp-Commons-Changes-note" aria-busy="true">
          {trans.__('Loading…')}
        </p>
      ) : null}
    </div>
  );
}

/** What did not work, and what can be done about it. */
function TroubleBanner(
  props: ChangesProps & { trouble: Trouble }
): JSX.Element {
  const { model, trans, trust, trouble } = props;
  const { error, again } = trouble;
  const code = isCommonsError(error) ? error.code : '';
  const retry = { label: trans.__('Try again'), run: again };
  const actions: Partial<Record<string, BannerAction[]>> = {
    GIT_MOVED: [],
    GIT_REFUSED: [],
    GIT_REDIRECTED: [...copyCommand(trans, error), retry],
    GIT_UNTRUSTED: [
      { label: trans.__('Look at them…'), run: () => void trust().then(again) }
    ]
  };
  return (
    <div role="alert">
      <Banner
        tone="error"
        text={troubleWords(trans, error)}
        actions={[
          ...(actions[code] ?? [retry]),
          { label: trans.__('Close'), run: () => model.endTrouble() }
        ]}
      />
    </div>
  );
}

/** The command that gives a remote the address to which it has moved. */
function copyCommand(trans: TranslationBundle, error: unknown): BannerAction[] {
  const detail = isCommonsError(error) ? (error.detail ?? '') : '';
  const { command } = readMoved(detail);
  return command === undefined
    ? []
    : [
        {
          label: trans.__('Copy the command'),
          run: () => void copyText(command)
        }
      ];
}

/** More files than this are drawn when they are asked for. */
const MOST_FILES = 100;

function Files(props: ChangesProps): JSX.Element {
  const { model, trans } = props;
  const { files, staged, status } = model;
  const [most, setMost] = React.useState(MOST_FILES);
  const title = React.useId();
  const more = status?.moreFiles ?? 0;
  const count = files.length + more;
  if (count === 0) {
    return (
      <section
        className="jp-Commons-Changes-files"
        aria-label={trans.__('Changed files')}
      >
        <EmptyState title={trans.__('Nothing has changed.')}>
          <p>
            {trans.__(
              'Every file is as it was committed last. What you save appears here by itself.'
            )}
          </p>
          <Copies {...props} />
          <LookAgain {...props} />
        </EmptyState>
      </section>
    );
  }
  return (
    <section className="jp-Commons-Changes-files" aria-labelledby={title}>
      <div className="jp-Commons-Changes-head">
        <h3 id={title}>
          {trans._n('%1 changed file', '%1 changed files', count)}
          {trans.__(', %1 staged', staged.length)}
        </h3>
        <StageAll {...props} />
        <LookAgain {...props} />
      </div>
      <ul onKeyDown={walk}>
        {files.slice(0, most).map(file => (
          <FileRow key={file.path} {...props} file={file} />
        ))}
      </ul>
      {files.length > most ? (
        <button
          type="button"
          className="jp-Commons-button jp-mod-minimal"
          onClick={() => setMost(most + 10 * MOST_FILES)}
        >
          {trans.__('Show more of %1', files.length)}
        </button>
      ) : more > 0 ? (
        <p className="jp-Commons-Changes-note">
          {trans._n(
            '%1 more file is not listed. Commit some of these first.',
            '%1 more files are not listed. Commit some of these first.',
            more
          )}
        </p>
      ) : null}
      <Copies {...props} />
    </section>
  );
}

function Copies({ model, trans }: ChangesProps): JSX.Element | null {
  return model.options.status.hasCopies ? (
    <p className="jp-Commons-Changes-note">
      {trans.__(
        'Copies that JupyterLab keeps are not listed. The line .ipynb_checkpoints/ in a file .gitignore hides them everywhere.'
      )}
    </p>
  ) : null;
}

function StageAll({ model, trans }: ChangesProps): JSX.Element | null {
  const { files, staged } = model;
  const isOpen = (file: ChangedFile) =>
    file.unstaged !== undefined &&
    file.unstaged !== 'conflicted' &&
    !model.shareOf(file).isQuiet;
  const rest = files.filter(isOpen);
  return (
    <>
      {rest.length === 0 ? null : (
        <button
          type="button"
          className="jp-Commons-button"
          onClick={() => void model.stage(rest)}
        >
          {trans.__('Stage all')}
        </button>
      )}
      {staged.length === 0 ? null : (
        <button
          type="button"
          className="jp-Commons-button jp-mod-minimal"
          onClick={() => void model.unstage(staged)}
        >
          {trans.__('Unstage all')}
        </button>
      )}
    </>
  );
}

function LookAgain({ model, trans }: ChangesProps): JSX.Element {
  return (
    <button
      type="button"
      className="jp-Commons-button jp-mod-minimal"
      title={trans.__('Compare the files on the disk with git once more')}
      onClick={() => void model.lookAgain()}
    >
      {trans.__('Look again')}
    </button>
  );
}

/** Arrows go from one tick to the next. */
function walk(event: React.KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const ticks = [
    ...event.currentTarget.querySelectorAll<HTMLElement>('[data-commons-tick]')
  ];
  const at = ticks.indexOf(event.target as HTMLElement);
  const next = step === undefined || at < 0 ? undefined : ticks[at + step];
  if (next !== undefined) {
    event.preventDefault();
    next.focus();
  }
}
