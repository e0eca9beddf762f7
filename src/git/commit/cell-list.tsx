import * as React from 'react';
import { oneLine } from '../../ui/words';
import { changeWords } from '../diff/diff-words';
import { pathWords } from '../words';
import type { CellEntry } from './cells';
import type { FileProps } from './file-row';
import { Link } from './link';
import type { NotebookState } from './notebooks';
import { Tick } from './tick';
import { shareWords, troubleWords } from './words';

/** So many are drawn before somebody asks for more. */
const MOST_CELLS = 100;
const LINE_CHARS = 120;

/** The changed cells of a notebook, each to be staged alone. */
export function CellList(props: FileProps): JSX.Element {
  const { model, trans, file } = props;
  const state = model.notebooks.stateOf(file.path);
  return (
    <fieldset className="jp-Commons-Changes-cells">
      <legend className="jp-Commons-hidden">
        {trans.__('Cells of %1', pathWords(file.path))}
      </legend>
      <label className="jp-Commons-Changes-option">
        <input
          type="checkbox"
          checked={model.isBare(file.path)}
          onChange={event =>
            void model.setBare(file, event.currentTarget.checked)
          }
        />
        {trans.__('Leave outputs out')}
      </label>
      <Body {...props} state={state} />
    </fieldset>
  );
}

function Body(
  props: FileProps & { state: NotebookState | undefined }
): JSX.Element {
  const { trans, state, model, file } = props;
  switch (state?.kind) {
    case undefined:
    case 'loading':
      return (
        <p className="jp-Commons-Changes-note" aria-busy="true">
          {trans.__('Loading…')}
        </p>
      );
    case 'failed':
      return (
        <p className="jp-Commons-problem" role="alert">
          {troubleWords(trans, state.error)}{' '}
          <Link onClick={() => void model.notebooks.load(model.repo, file)}>
            {trans.__('Try again')}
          </Link>
        </p>
      );
    case 'whole':
      return (
        <p className="jp-Commons-Changes-note">
          {
            {
              renamed: trans.__(
                'It is staged under a new name, so it goes as a whole.'
              ),
              deleted: trans.__('It is deleted, so it goes as a whole.'),
              unreadable: trans.__(
                'It cannot be read as a notebook, or is too large; it goes as a whole.'
              )
            }[state.reason]
          }
        </p>
      );
    case 'ready':
      return <Cells {...props} notebook={state.cells} />;
  }
}

function Cells(
  props: FileProps & {
    notebook: Extract<NotebookState, { kind: 'ready' }>['cells'];
  }
): JSX.Element {
  const { trans, notebook } = props;
  const { cells, leftOut, metadata } = notebook;
  const [most, setMost] = React.useState(MOST_CELLS);
  const notes = [
    leftOut > 0 &&
      trans._n(
        'Outputs of %1 cell stay out of the commit; the file keeps them.',
        'Outputs of %1 cells stay out of the commit; the file keeps them.',
        leftOut
      ),
    metadata.length > 0 &&
      trans.__(
        'The notebook’s own metadata differ (%1); they go with the whole notebook.',
        oneLine(metadata.join(', ')).slice(0, LINE_CHARS)
      ),
    cells.length + leftOut + metadata.length === 0 &&
      trans.__(
        'No cell differs: only numbers of runs, or how the file is written.'
      )
  ];
  return (
    <>
      <ul>
        {cells.slice(0, most).map(cell => (
          <Cell key={cell.key} {...props} cell={cell} />
        ))}
      </ul>
      {cells.length > most ? (
        <button
          type="button"
          className="jp-Commons-button jp-mod-minimal"
          onClick={() => setMost(most + MOST_CELLS)}
        >
          {trans.__('Show more of %1', cells.length)}
        </button>
      ) : null}
      {notes.map(note =>
        typeof note === 'string' ? (
          <p key={note} className="jp-Commons-Changes-note">
            {note}
          </p>
        ) : null
      )}
    </>
  );
}

function Cell(props: FileProps & { cell: CellEntry }): JSX.Element {
  const { model, trans, file, cell } = props;
  const id = React.useId();
  const name = nameOf(props);
  const isFixed = (cell.share === 'all' ? cell.unstage : cell.stage) === null;
  return (
    <li className="jp-Commons-Changes-cell">
      <Tick
        label={trans.__('Stage %1', name)}
        share={cell.share}
        isBusy={model.isBusy(file.path, cell)}
        isFixed={isFixed}
        describedBy={id}
        toggle={() => void model.toggleCell(file, cell)}
      />
      <div id={id} className="jp-Commons-Changes-what">
        <span>{name}</span>
        <span className="jp-Commons-Changes-state">
          {changeWords(trans, cell.change)}
          {cell.share === 'none' ? '' : ` · ${shareWords(trans, cell.share)}`}
          {isFixed
            ? ` · ${trans.__('gone from the file since; unstage the whole notebook')}`
            : ''}
        </span>
        {cell.line === '' ? null : (
          <code className="jp-Commons-Changes-line">
            <bdi>{oneLine(cell.line).slice(0, LINE_CHARS)}</bdi>
          </code>
        )}
      </div>
    </li>
  );
}

/** What is deleted has the number that it had. */
function nameOf({ trans, cell }: FileProps & { cell: CellEntry }): string {
  const number = cell.place + 1;
  return cell.change.after === undefined
    ? trans.__('Deleted cell %1', number)
    : {
        code: trans.__('Code cell %1', number),
        markdown: trans.__('Markdown cell %1', number),
        raw: trans.__('Raw cell %1', number)
      }[cell.type];
}
