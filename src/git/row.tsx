import type { GitRef, GitRow } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { HiddenText } from '../ui/hidden-text';
import { oneLine, shortName } from '../ui/words';
import { ago, iso, whole } from './ago';
import { LaneGraph } from './lane-graph';
import type { LaneRow } from './lanes';
import { changeWords, fileName, refWords } from './words';

export const ROW_PX = 44;
const MOST_CHIPS = 3;

export type RowProps = {
  id: string;
  row: GitRow;
  lane: LaneRow | null;
  index: number;
  /** How many rows there are; -1 while that is not known. */
  count: number;
  isActive: boolean;
  isSelected: boolean;
  now: number;
  trans: TranslationBundle;
};

/** One commit in the list. Clicks are heard by the list. */
export const Row = React.memo(function Row(props: RowProps): JSX.Element {
  const { row, lane, index, now, trans } = props;
  return (
    <div
      id={props.id}
      role="option"
      className={
        props.isActive
          ? 'jp-Commons-History-row jp-mod-active'
          : 'jp-Commons-History-row'
      }
      aria-selected={props.isSelected}
      aria-posinset={index + 1}
      aria-setsize={props.count}
      data-hash={row.hash}
      style={{ top: index * ROW_PX, height: ROW_PX }}
    >
      {lane === null ? null : (
        <LaneGraph
          row={lane}
          height={ROW_PX}
          isMerge={row.parents.length > 1}
        />
      )}
      <div className="jp-Commons-History-text">
        <div className="jp-Commons-History-line">
          <span className="jp-Commons-History-subject">
            {oneLine(row.subject) || trans.__('(no message)')}
          </span>
        </div>
        <div className="jp-Commons-History-line">
          <Chips refs={row.refs ?? []} more={row.moreRefs ?? 0} trans={trans} />
          <Change row={row} trans={trans} />
          <span className="jp-Commons-History-author">
            {shortName(row.author.name || row.author.email)}
          </span>
          <time dateTime={iso(row.at)} title={whole(row.at)}>
            {ago(row.at, now)}
          </time>
        </div>
      </div>
    </div>
  );
});

/** Branches, remote branches and tags; at most three, and how many more. */
export function Chips(props: {
  refs: readonly GitRef[];
  more: number;
  trans: TranslationBundle;
  most?: number;
}): JSX.Element {
  const { refs, trans, most = MOST_CHIPS } = props;
  const more = refs.length - Math.min(refs.length, most) + props.more;
  return (
    <>
      {refs.slice(0, most).map(ref => (
        <span
          key={`${ref.kind}/${ref.name}`}
          className={`jp-Commons-History-chip jp-mod-${ref.kind}`}
          title={refWords(trans, ref)}
        >
          <HiddenText>{refWords(trans, ref)}</HiddenText>
          <span aria-hidden="true">{shortName(ref.name)}</span>
        </span>
      ))}
      {more > 0 ? (
        <span className="jp-Commons-History-chip">
          <HiddenText>
            {trans._n('and %1 more name', 'and %1 more names', more)}
          </HiddenText>
          <span aria-hidden="true">+{more}</span>
        </span>
      ) : null}
    </>
  );
}

/** In a file's history: what was more than a change of its content. */
function Change(props: {
  row: GitRow;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { row, trans } = props;
  if (row.change === undefined || row.change === 'changed') {
    return null;
  }
  return (
    <span className="jp-Commons-History-chip">
      {row.change === 'renamed' && row.from !== undefined
        ? trans.__('Renamed from %1', shortName(fileName(row.from)))
        : changeWords(trans, row.change).words}
    </span>
  );
}
