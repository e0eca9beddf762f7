import { colorOf } from '@jupyterlab-commons/protocol';
import * as React from 'react';
import { shortName } from './words';

/** At most two letters: of the first and the last word. */
export function initialsOf(name: string): string {
  const words = shortName(name)
    .trim()
    .split(/[\s._-]+/)
    .filter(Boolean);
  const first = [...(words[0] ?? '?')][0]!;
  const last = words.length > 1 ? [...words[words.length - 1]!][0]! : '';
  return (first + last).toUpperCase();
}

/**
 * A person as a ring of their colour around their initials. Decoration for a
 * screen reader: whoever draws it says the name in text beside it.
 */
export function Avatar(props: {
  user: string;
  displayName: string;
}): JSX.Element {
  return (
    <span
      className="jp-Commons-Avatar"
      style={{ borderColor: colorOf(props.user) }}
      title={shortName(props.displayName)}
      aria-hidden="true"
    >
      {initialsOf(props.displayName || props.user)}
    </span>
  );
}
