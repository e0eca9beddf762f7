import {
  cloneElement,
  toChildArray,
  type ComponentChildren,
  type VNode
} from 'preact';

type Part = VNode<{ children?: ComponentChildren }>;

/**
 * A table; on a phone each row is a card with the name of its column above each
 * value. The roles are said because a browser may forget them with the layout.
 *
 * Its children are `tr`, each with a `th` or `td` per column; the first of them
 * says what the row is about.
 */
export function Table({
  label,
  head,
  numbers = [],
  children
}: {
  label: string;
  head: string[];
  /** Which columns are numbers, from 0. */
  numbers?: number[];
  children: ComponentChildren;
}) {
  return (
    <div class="jp-Commons-Table" role="region" aria-label={label} tabIndex={0}>
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            {head.map((title, index) => (
              <th
                scope="col"
                role="columnheader"
                key={index}
                class={numbers.includes(index) ? 'jp-mod-number' : undefined}
              >
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {partsOf(children).map(row => asCard(row, head))}
        </tbody>
      </table>
    </div>
  );
}

const partsOf = (children: ComponentChildren) =>
  toChildArray(children) as Part[];

function asCard(row: Part, head: string[]): Part {
  const cells = partsOf(row.props.children).map((cell, index) =>
    cloneElement(
      cell,
      { role: cell.type === 'th' ? 'rowheader' : 'cell' },
      ...named(cell.props.children, index === 0 ? '' : (head[index] ?? ''))
    )
  );
  return cloneElement(row, { role: 'row' }, cells);
}

/**
 * Who hears the table hears the name from it. A cell without a value stays, so
 * that columns do not shift.
 */
function named(value: ComponentChildren, name: string): ComponentChildren[] {
  return name === '' || value === ''
    ? [value]
    : [
        <span class="jp-Commons-Column" aria-hidden="true">
          {name}
        </span>,
        value
      ];
}
