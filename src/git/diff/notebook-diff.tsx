import type { GitDiff } from '@jupyterlab-commons/protocol';
import * as React from 'react';
import { Disclosure } from '../../ui/disclosure';
import { CellChangeView, MetadataKeys, type CellVerbs } from './cell-change';
import type { DiffModel } from './model';
import { OldCellView, type Look } from './pieces';

/** So many are drawn before somebody asks for more. */
const ENTRIES = 200;
const RUN_CELLS = 20;

type Entry = NonNullable<GitDiff['cells']>[number];

/** All cells in the order of the new side; what is the same is folded. */
export function NotebookDiff(props: {
  diff: GitDiff;
  model: DiffModel;
  look: Look;
  verbs: CellVerbs;
}): JSX.Element {
  const { diff, model, look, verbs } = props;
  const { trans } = look;
  const { cells = [], metadata = [] } = diff;
  const [most, setMost] = React.useState(ENTRIES);
  return (
    <>
      {cells
        .slice(0, most)
        .map((entry, at) =>
          entry.cell === undefined ? (
            <UnchangedRun key={at} {...{ entry, model, look }} />
          ) : (
            <CellChangeView
              key={at}
              change={entry.cell}
              {...{ model, look, verbs }}
            />
          )
        )}
      {cells.length > most && (
        <button
          type="button"
          className="jp-Commons-button"
          onClick={() => setMost(most + ENTRIES)}
        >
          {trans.__('Show more of %1', cells.length)}
        </button>
      )}
      {metadata.length > 0 && (
        <section
          className="jp-Commons-GitCell jp-mod-metadata"
          aria-label={trans.__('Metadata of the notebook')}
          data-commons-change=""
          tabIndex={-1}
        >
          <header className="jp-Commons-GitCell-header">
            <strong className="jp-Commons-GitCell-mark">
              {trans.__('Metadata of the notebook')}
            </strong>
          </header>
          <MetadataKeys keys={metadata} look={look} />
        </section>
      )}
    </>
  );
}

/** "12 unchanged cells". */
function UnchangedRun(props: {
  entry: Entry;
  model: DiffModel;
  look: Look;
}): JSX.Element {
  const { entry, model, look } = props;
  const { trans } = look;
  const { run = 0, after = 0 } = entry;
  const [most, setMost] = React.useState(RUN_CELLS);
  return (
    <Disclosure
      summary={trans._n('%1 unchanged cell', '%1 unchanged cells', run)}
    >
      {() => (
        <>
          {Array.from({ length: Math.min(run, most) }, (_, at) => (
            <section className="jp-Commons-GitCell jp-mod-same" key={at}>
              <OldCellView
                load={() => model.cell('after', after + at)}
                id={`${after + at}`}
                label={trans.__('Cell %1', after + at + 1)}
                look={look}
              />
            </section>
          ))}
          {run > most && (
            <button
              type="button"
              className="jp-Commons-button"
              onClick={() => setMost(most + RUN_CELLS)}
            >
              {trans.__('Show more of %1', run)}
            </button>
          )}
        </>
      )}
    </Disclosure>
  );
}
