import * as React from 'react';
import type { LaneLine, LaneRow } from './lanes';

const LANE_PX = 11;
const DOT_PX = 4;
const COLORS = 6;

const middle = (lane: number) => lane * LANE_PX + LANE_PX / 2 + 1;
const colored = (color: number) => `jp-mod-color${color % COLORS}`;

/** The lanes beside one row; what they say stands in no word, so it is drawn only. */
export const LaneGraph = React.memo(function LaneGraph(props: {
  row: LaneRow;
  height: number;
  isMerge: boolean;
}): JSX.Element {
  const { row, height, isMerge } = props;
  const width = row.width * LANE_PX + 2;
  return (
    <svg
      className="jp-Commons-History-lanes"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      {row.lines.map((line, index) => (
        <path
          key={index}
          className={
            row.crowded && line.lane === row.width - 1
              ? `${colored(line.color)} jp-mod-crowded`
              : colored(line.color)
          }
          d={pathOf(line, row.lane, height)}
        />
      ))}
      <circle
        className={
          isMerge ? `${colored(row.color)} jp-mod-merge` : colored(row.color)
        }
        cx={middle(row.lane)}
        cy={height / 2}
        r={DOT_PX}
      />
    </svg>
  );
});

/** Straight in its own lane, in a curve from or to another one. */
function pathOf(line: LaneLine, lane: number, height: number): string {
  const x = middle(line.lane);
  const dot = middle(lane);
  const half = height / 2;
  switch (line.part) {
    case 'through':
      return `M${x} 0V${height}`;
    case 'top':
      return `M${x} 0C${x} ${half * 0.7} ${dot} ${half * 0.3} ${dot} ${half}`;
    case 'bottom':
      return `M${dot} ${half}C${dot} ${half * 1.7} ${x} ${half * 1.3} ${x} ${height}`;
  }
}
