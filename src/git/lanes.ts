import type { GitRow } from '@jupyterlab-commons/protocol';

/** More lanes than this are drawn on top of each other, in the last one. */
export const MOST_LANES = 6;

/**
 * A line through one row, between the middles of lanes. `top` lines end at the
 * dot, `bottom` lines begin there, `through` lines pass it.
 */
export type LaneLine = {
  part: 'top' | 'through' | 'bottom';
  lane: number;
  color: number;
};

export type LaneRow = {
  /** The lane of the commit's dot. */
  lane: number;
  color: number;
  lines: readonly LaneLine[];
  /** How many lanes wide the row is drawn. */
  width: number;
  /** Whether lanes were put on top of each other. */
  crowded: boolean;
};

/** A lane waits for the commit that is drawn next in it. */
type Open = { hash: string; color: number };

/**
 * Lays out the graph row by row, in the order of the history; rows are added
 * and never change. A lane stays where it is until its commit comes, so that
 * lines are straight and a row needs nothing of the rows below it.
 */
export class Lanes {
  private readonly _open: (Open | null)[] = [];
  private readonly _seen = new Set<string>();
  private _colors = 0;

  add({ hash, parents }: Pick<GitRow, 'hash' | 'parents'>): LaneRow {
    const above = [...this._open];
    const waiting = above.flatMap((each, lane) =>
      each?.hash === hash ? [lane] : []
    );
    const lane = waiting[0] ?? this._freeLane();
    const color = above[lane]?.color ?? this._colors++;
    waiting.forEach(each => (this._open[each] = null));
    this._seen.add(hash);
    const below = this._lanesOf(parents, lane, color);
    while (this._open.length > 0 && this._open.at(-1) === null) {
      this._open.pop();
    }
    const lines: LaneLine[] = [
      ...above.flatMap((each, at): LaneLine[] =>
        each === null
          ? []
          : [
              {
                part: each.hash === hash ? 'top' : 'through',
                lane: at,
                color: each.color
              }
            ]
      ),
      ...below
    ];
    return bounded({ lane, color, lines });
  }

  /** Opens what the commit's parents need; the first one goes on in its own lane. */
  private _lanesOf(
    parents: readonly string[],
    lane: number,
    color: number
  ): LaneLine[] {
    // Ordered by date a parent may have come before its child: nothing leads there.
    const wanted = [...new Set(parents)].filter(each => !this._seen.has(each));
    return wanted.map((hash, index) => {
      const known =
        index === 0 ? -1 : this._open.findIndex(each => each?.hash === hash);
      const at = index === 0 ? lane : known >= 0 ? known : this._freeLane();
      this._open[at] ??= { hash, color: index === 0 ? color : this._colors++ };
      return { part: 'bottom', lane: at, color: this._open[at].color };
    });
  }

  /** The first lane that nothing uses; it is taken by whoever writes to it next. */
  private _freeLane(): number {
    const free = this._open.indexOf(null);
    return free < 0 ? this._open.length : free;
  }
}

/** Puts what lies beyond the last lane into it, each kind of line once. */
function bounded(row: {
  lane: number;
  color: number;
  lines: readonly LaneLine[];
}): LaneRow {
  const last = MOST_LANES - 1;
  const beyond = new Set<string>();
  const lines = row.lines.flatMap((line): LaneLine[] => {
    if (line.lane < last) {
      return [line];
    }
    const isFirst = !beyond.has(line.part);
    beyond.add(line.part);
    return isFirst ? [{ ...line, lane: last }] : [];
  });
  const widest = Math.max(row.lane, ...row.lines.map(each => each.lane));
  return {
    lane: Math.min(row.lane, last),
    color: row.color,
    lines,
    width: Math.min(widest + 1, MOST_LANES),
    crowded: widest > last
  };
}
