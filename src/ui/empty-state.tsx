import * as React from 'react';

/** What stands in a panel that has nothing to list: why, and what to do about it. */
export function EmptyState(props: {
  title: string;
  children?: React.ReactNode;
}): JSX.Element {
  return (
    <div className="jp-Commons-EmptyState">
      <p className="jp-Commons-EmptyState-title">{props.title}</p>
      {props.children}
    </div>
  );
}
