import { GIT_INDEX, GIT_WORKTREE } from '@jupyterlab-commons/protocol';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import * as React from 'react';
import { HiddenText } from '../../ui/hidden-text';
import { fileName, pathWords } from '../words';
import { CellList } from './cell-list';
import type { ChangesProps } from './changes-view';
import { Link } from './link';
import { isNotebook, type ChangedFile } from './notebooks';
import { Tick } from './tick';
import { shareWords, stateWords } from './words';

export type FileProps = ChangesProps & { file: ChangedFile };

/** A changed file: into the commit or not, what happened to it, and its cells. */
export function FileRow(props: FileProps): JSX.Element {
  const { model, trans, file } = props;
  const id = React.useId();
  const path = pathWords(file.path);
  const { share } = model.shareOf(file);
  const isUnfolded = model.isUnfolded(file.path);
  const canUnfold = isNotebook(file) && file.unstaged !== 'conflicted';
  return (
    <li className="jp-Commons-Changes-file">
      <div className="jp-Commons-Changes-row">
        {file.unstaged === 'conflicted' ? (
          <span className="jp-Commons-Changes-tick" aria-hidden="true">
            !
          </span>
        ) : (
          <FileTick {...props} describedBy={id} />
        )}
        {canUnfold ? (
          <button
            type="button"
            className="jp-Commons-Changes-fold"
            aria-expanded={isUnfolded}
            aria-label={trans.__('Cells of %1', path)}
            title={trans.__('Stage single cells')}
            onClick={() => model.unfold(file, !isUnfolded)}
          >
            {isUnfolded ? '▾' : '▸'}
          </button>
        ) : null}
        <div className="jp-Commons-Changes-what">
          <FileTitle {...props} />
          <p id={id} className="jp-Commons-Changes-state">
            {describe(props)}
          </p>
          {share === 'part' ? <Parts {...props} /> : null}
          {file.unstaged === 'conflicted' ? <Solved {...props} /> : null}
        </div>
      </div>
      {canUnfold && isUnfolded ? <CellList {...props} /> : null}
    </li>
  );
}

/** "Changed · partly staged · in data". */
function describe({ model, trans, file }: FileProps): string {
  const path = pathWords(file.path.replace(/\/$/, ''));
  const folder = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
  const { share, isQuiet } = model.shareOf(file);
  const parts = [
    file.path.endsWith('/')
      ? trans.__('New folder')
      : isQuiet && file.staged === undefined
        ? trans.__('Only outputs differ; they are left out')
        : stateWords(trans, file),
    file.unstaged !== 'conflicted' &&
      share !== 'none' &&
      shareWords(trans, share),
    model.isBare(file.path) && !isQuiet && trans.__('without outputs'),
    file.from !== undefined && trans.__('was %1', pathWords(file.from)),
    folder !== '' && trans.__('in %1', folder)
  ];
  return parts.filter(each => typeof each === 'string').join(' · ');
}

function FileTick(props: FileProps & { describedBy: string }): JSX.Element {
  const { model, trans, file, describedBy } = props;
  const { share, isQuiet } = model.shareOf(file);
  return (
    <Tick
      label={trans.__('Stage %1', pathWords(file.path))}
      share={share}
      isBusy={model.isBusy(file.path)}
      isFixed={isQuiet && share === 'none'}
      describedBy={describedBy}
      toggle={() =>
        void (share === 'all' ? model.unstage([file]) : model.stage([file]))
      }
    />
  );
}

/** The name; pressed, it shows what has changed since HEAD. */
function FileTitle({ model, trans, file, run }: FileProps): JSX.Element {
  const name = fileName(file.path.replace(/\/$/, ''));
  if (file.path.endsWith('/')) {
    return <bdi className="jp-Commons-Changes-name">{name}</bdi>;
  }
  const { repo, status } = model;
  const head = status?.head;
  const { path, from: fromPath } = file;
  const args = { repo, path, to: GIT_WORKTREE };
  return (
    <button
      type="button"
      className="jp-Commons-Changes-name jp-Commons-Changes-link"
      title={pathWords(path)}
      onClick={() =>
        run('diff', {
          ...args,
          ...(head === undefined ? {} : { from: head }),
          ...(fromPath === undefined ? {} : { fromPath })
        })
      }
    >
      <HiddenText>{trans.__('Show changes of')}</HiddenText> <bdi>{name}</bdi>
    </button>
  );
}

/** Of what is half staged, each half can be looked at. */
function Parts({ model, trans, file, run }: FileProps): JSX.Element {
  const { repo } = model;
  const { path } = file;
  const show = (to: string, label: string) => (
    <Link
      aria-label={`${label}: ${pathWords(path)}`}
      onClick={() => run('diff', { repo, path, to })}
    >
      {label}
    </Link>
  );
  return (
    <p className="jp-Commons-Changes-parts">
      {show(GIT_INDEX, trans.__('Show staged'))}
      {show(GIT_WORKTREE, trans.__('Show the rest'))}
    </p>
  );
}

/** Git takes a file for solved as it is, with all marks that are left in it. */
function Solved({ model, trans, file }: FileProps): JSX.Element {
  const ask = async () => {
    const { button } = await showDialog({
      title: trans.__('Mark %1 as solved?', fileName(file.path)),
      body: trans.__(
        'Git then takes the file as it is now. Look first whether lines with <<<<<<< are left in it.'
      ),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Cancel') }),
        Dialog.okButton({ label: trans.__('Mark as solved') })
      ]
    });
    if (button.accept) {
      await model.stage([file]);
    }
  };
  return (
    <p className="jp-Commons-Changes-parts">
      {trans.__('Edit it until it is right.')}{' '}
      <Link
        aria-label={trans.__('Mark %1 as solved…', pathWords(file.path))}
        onClick={() => void ask()}
      >
        {trans.__('Mark as solved…')}
      </Link>
    </p>
  );
}
