import * as React from 'react';

/**
 * Says a result to a screen reader. It must be on the page before the text
 * changes, so it is always drawn, also when it is empty. Not `jp-mod-hidden`:
 * JupyterLab takes what has that class away from everybody.
 */
export function LiveRegion(props: {
  text: string;
  visible?: boolean;
}): JSX.Element {
  return (
    <p
      className={
        props.visible
          ? 'jp-Commons-LiveRegion'
          : 'jp-Commons-LiveRegion jp-mod-unseen'
      }
      role="status"
      aria-live="polite"
    >
      {props.text}
    </p>
  );
}
