import type { HistoryModel } from './model';
import type { Rows } from './rows';

type Press = {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
};

type Parts = {
  model: HistoryModel;
  rows: Rows;
  /** The row that keys begin at, and how many of them are a page. */
  at: number;
  page: number;
};

/** Does what a key asks for; answers the row to go to, null for a key that is not ours. */
export function pressKey(press: Press, parts: Parts): number | null {
  const { model, rows, at } = parts;
  switch (press.key) {
    case 'Enter':
    case ' ':
      model.select(rows.rows[at]?.hash ?? null, isOther(press, model));
      return at;
    case 'Escape':
      if (model.isChoosing) {
        model.choose(false);
      } else {
        model.select(null, false);
      }
      return at;
    default:
      return goalOf(press.key, parts);
  }
}

/** With the key that adds to a choice, a row is compared with the selected one. */
export function isOther(
  press: Pick<Press, 'ctrlKey' | 'metaKey'>,
  model: HistoryModel
): boolean {
  return press.ctrlKey || press.metaKey || model.isChoosing;
}

function goalOf(key: string, { rows, at, page }: Parts): number | null {
  const last = rows.rows.length - 1;
  const goals: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: last
  };
  const goal = goals[key];
  return goal === undefined ? null : Math.max(0, Math.min(last, goal));
}
