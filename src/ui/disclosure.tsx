import * as React from 'react';

/** What is behind a triangle; it is drawn only while it is open. */
export function Disclosure(props: {
  summary: React.ReactNode;
  startOpen?: boolean;
  children: () => React.ReactNode;
}): JSX.Element {
  const [isOpen, setOpen] = React.useState(props.startOpen ?? false);
  return (
    <details
      className="jp-Commons-Disclosure"
      open={isOpen}
      onToggle={event => setOpen(event.currentTarget.open)}
    >
      <summary>{props.summary}</summary>
      {isOpen ? props.children() : null}
    </details>
  );
}
