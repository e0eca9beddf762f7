import * as React from 'react';

/** Read by a screen reader, not seen. */
export function HiddenText(props: { children: string }): JSX.Element {
  return <span className="jp-Commons-hidden">{props.children}</span>;
}
