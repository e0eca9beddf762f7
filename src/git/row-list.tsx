import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { HistoryModel } from './model';
import { Row, ROW_PX } from './row';
import { isOther, pressKey } from './row-keys';
import type { Rows } from './rows';

/** Rows drawn above and below what is seen, and those fetched ahead. */
const OVERSCAN = 8;
const AHEAD = 50;

export type RowListProps = {
  model: HistoryModel;
  rows: Rows;
  now: number;
  trans: TranslationBundle;
  /** What stands below the last row. */
  foot: React.ReactNode;
};

/** All rows of any number, of which only those in sight are in the page. */
export function RowList(props: RowListProps): JSX.Element {
  const { model, rows, now, trans } = props;
  const list = React.useRef<HTMLDivElement>(null);
  const id = React.useId();
  const [height, setHeight] = React.useState(600);
  const [top, setTop] = React.useState(0);
  const [active, setActive] = React.useState<string | null>(null);
  useHeight(list, setHeight);
  useAnchor(list, rows);
  const count = rows.rows.length;
  const first = Math.max(0, Math.floor(top / ROW_PX) - OVERSCAN);
  const last = Math.min(count, Math.ceil((top + height) / ROW_PX) + OVERSCAN);
  const { kind } = rows.state;
  React.useEffect(() => {
    if (kind === 'more' && last + AHEAD > count) {
      model.more();
    }
  }, [model, kind, last, count]);

  const at = Math.max(0, rows.indexOf(active ?? model.selected));
  const onKeyDown = (event: React.KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / ROW_PX) - 1);
    const done = pressKey(event, { model, rows, at, page });
    if (done === null) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    setActive(rows.rows[done]?.hash ?? null);
    scrollTo(list.current, done);
  };
  const onClick = (event: React.MouseEvent) => {
    const row = (event.target as Element).closest<HTMLElement>('[data-hash]');
    const hash = row?.dataset['hash'];
    if (hash !== undefined) {
      setActive(hash);
      model.select(hash, isOther(event, model));
    }
  };
  const activeHash = rows.rows[at]?.hash;
  const isActiveDrawn = at >= first && at < last;
  return (
    <div
      ref={list}
      className="jp-Commons-History-list"
      onScroll={event => setTop(event.currentTarget.scrollTop)}
    >
      <div
        role="listbox"
        tabIndex={0}
        className="jp-Commons-History-rows"
        aria-label={trans.__('Commits, newest first')}
        aria-multiselectable={model.isChoosing || model.other !== null}
        aria-busy={kind === 'loading'}
        aria-activedescendant={
          isActiveDrawn && activeHash ? `${id}${activeHash}` : undefined
        }
        style={{ height: count * ROW_PX }}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        {rows.rows.slice(first, last).map((row, offset) => (
          <Row
            key={row.hash}
            id={`${id}${row.hash}`}
            row={row}
            lane={model.hasLanes ? (rows.lanes[first + offset] ?? null) : null}
            index={first + offset}
            count={kind === 'done' ? count : -1}
            isActive={row.hash === activeHash}
            isSelected={row.hash === model.selected || row.hash === model.other}
            now={now}
            trans={trans}
          />
        ))}
      </div>
      {props.foot}
    </div>
  );
}

function scrollTo(list: HTMLElement | null, index: number): void {
  if (list === null) {
    return;
  }
  const top = index * ROW_PX;
  if (top < list.scrollTop) {
    list.scrollTop = top;
  } else if (top + ROW_PX > list.scrollTop + list.clientHeight) {
    list.scrollTop = top + ROW_PX - list.clientHeight;
  }
}

function useHeight(
  list: React.RefObject<HTMLElement>,
  setHeight: (height: number) => void
): void {
  React.useEffect(() => {
    if (list.current === null || !('ResizeObserver' in window)) {
      return undefined;
    }
    const observer = new ResizeObserver(([entry]) => {
      setHeight(entry!.contentRect.height);
    });
    observer.observe(list.current);
    return () => observer.disconnect();
  }, [list, setHeight]);
}

/** Rows that come above what is seen do not move it. */
function useAnchor(list: React.RefObject<HTMLElement>, rows: Rows): void {
  const before = React.useRef(rows);
  React.useLayoutEffect(() => {
    const { current: node } = list;
    const old = before.current;
    before.current = rows;
    if (node === null || old === rows || node.scrollTop === 0) {
      return;
    }
    const at = Math.floor(node.scrollTop / ROW_PX);
    const now = rows.indexOf(old.rows[at]?.hash ?? null);
    // Another question begins at its top.
    moveTo(node, now < 0 ? 0 : node.scrollTop + (now - at) * ROW_PX);
  }, [list, rows]);
}

function moveTo(node: HTMLElement, top: number): void {
  node.scrollTop = top;
}
