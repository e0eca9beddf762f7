import type { GitCellChange } from '@jupyterlab-commons/protocol';
import * as React from 'react';
import { Disclosure } from '../../ui/disclosure';
import { shortName } from '../../ui/words';
import { cellWords, changeWords, outputsWords } from './diff-words';
import type { DiffModel, Side } from './model';
import { Outputs } from './outputs';
import { Failure, languageOf, type Look } from './pieces';
import type { Part } from './put-cells';
import { SourceDiff, useLanguage } from './source-diff';
import { useLoaded } from './use-loaded';
import { revisionWords } from './version-words';

export type CellVerbs = {
  restore: (side: Side, index: number, part: Part) => void;
  copy: (text: string) => void;
};

type CellProps = {
  change: GitCellChange;
  model: DiffModel;
  look: Look;
  verbs: CellVerbs;
};

/** One cell that is not what it was. */
export function CellChangeView(props: CellProps): JSX.Element {
  const { change, look } = props;
  const { trans, layout } = look;
  const { before, after } = change;
  const type = (after ?? before)!.type;
  const language = useLanguage(look.languages, languageOf(type, look.language));
  const name = cellWords(trans, change);
  const hasSource = before?.source !== undefined || after?.source !== undefined;
  return (
    <section
      className={`jp-Commons-GitCell jp-mod-${change.change}`}
      aria-label={`${changeWords(trans, change)}: ${name}`}
      data-commons-change=""
      tabIndex={-1}
    >
      <header className="jp-Commons-GitCell-header">
        <strong className="jp-Commons-GitCell-mark">
          {changeWords(trans, change)}
        </strong>
        <span>{name}</span>
        <CellButtons {...props} name={name} />
      </header>
      {hasSource && (
        <SourceDiff
          before={before ? (before.source ?? '') : null}
          after={after ? (after.source ?? '') : null}
          labels={{
            before: trans.__('%1, before', name),
            after: trans.__('%1, after', name)
          }}
          {...{ layout, language, trans }}
        />
      )}
      {(before?.cut || after?.cut) && (
        <p className="jp-Commons-hint">
          {trans.__('The cell is very long; only its beginning is compared.')}
        </p>
      )}
      {(before?.outputs || after?.outputs) && <OutputsChange {...props} />}
      {change.metadata && change.metadata.length > 0 && (
        <MetadataKeys keys={change.metadata} look={look} />
      )}
    </section>
  );
}

function CellButtons(props: CellProps & { name: string }): JSX.Element | null {
  const { change, model, look, verbs, name } = props;
  const { trans } = look;
  // What is on the disk needs no bringing back.
  const side: Side | null = change.before
    ? 'before'
    : model.rev('after')?.startsWith(':')
      ? null
      : 'after';
  if (side === null) {
    return null;
  }
  const cell = change[side]!;
  const rev = revisionWords(trans, model.rev(side));
  const button = (part: Part, label: string, title: string) => (
    <button
      type="button"
      className="jp-Commons-button jp-mod-minimal"
      aria-label={`${label}: ${name}`}
      title={title}
      onClick={() => verbs.restore(side, cell.index, part)}
    >
      {label}
    </button>
  );
  return (
    <span className="jp-Commons-GitCell-verbs">
      {button(
        'cell',
        trans.__('Restore this cell'),
        trans.__('Make the cell in the notebook what it was in %1', rev)
      )}
      {change.before?.outputs &&
        change.after &&
        button(
          'outputs',
          trans.__('Restore outputs'),
          trans.__('Bring the outputs of %1 back and leave the source', rev)
        )}
      {cell.source !== undefined && (
        <button
          type="button"
          className="jp-Commons-button jp-mod-minimal"
          aria-label={`${trans.__('Copy')}: ${name}`}
          title={trans.__('Copy the source of %1', rev)}
          onClick={() => verbs.copy(cell.source ?? '')}
        >
          {trans.__('Copy')}
        </button>
      )}
    </span>
  );
}

/** Folded until somebody asks for it: outputs may be megabytes. */
function OutputsChange({ change, model, look }: CellProps): JSX.Element {
  const { trans } = look;
  const { before, after } = change;
  const words =
    before && after
      ? trans.__(
          'Outputs changed: %1 → %2',
          outputsWords(trans, before.outputs),
          outputsWords(trans, after.outputs)
        )
      : trans.__(
          'Outputs: %1',
          outputsWords(trans, (before ?? after)?.outputs)
        );
  return (
    <Disclosure summary={`${words}. ${trans.__('Show outputs')}`}>
      {() => (
        <div className={`jp-Commons-GitSides jp-mod-${look.layout}`}>
          {(['before', 'after'] as const).map(side =>
            change[side] === undefined ? null : (
              <SideOutputs
                key={side}
                {...{ side, index: change[side].index, model, look }}
              />
            )
          )}
        </div>
      )}
    </Disclosure>
  );
}

function SideOutputs(props: {
  side: Side;
  index: number;
  model: DiffModel;
  look: Look;
}): JSX.Element {
  const { side, index, model, look } = props;
  const { rendermime, trans } = look;
  const loaded = useLoaded(() => model.cell(side, index), `${side} ${index}`);
  return (
    <div>
      <p className="jp-Commons-GitSide">
        {side === 'before' ? trans.__('Before') : trans.__('After')}
      </p>
      {loaded.kind === 'loading' ? (
        <p className="jp-Commons-hint">{trans.__('Loading…')}</p>
      ) : loaded.kind === 'failed' ? (
        <Failure error={loaded.error} trans={trans} />
      ) : (
        <Outputs outputs={loaded.value.outputs} {...{ rendermime, trans }} />
      )}
    </div>
  );
}

/** Names alone: values of metadata are seldom what somebody looks for. */
export function MetadataKeys(props: {
  keys: readonly string[];
  look: Look;
}): JSX.Element {
  const { keys, look } = props;
  return (
    <Disclosure
      summary={look.trans._n(
        'Metadata changed: %1 key',
        'Metadata changed: %1 keys',
        keys.length
      )}
    >
      {() => (
        <ul className="jp-Commons-GitKeys">
          {keys.map(key => (
            <li key={key}>
              <code>{shortName(key)}</code>
            </li>
          ))}
        </ul>
      )}
    </Disclosure>
  );
}
