import * as React from 'react';
import { absolute, relative } from './time';

/** A moment seen from `now`, with the exact one in the tooltip. */
export function RelativeTime(props: {
  moment: string;
  now: number;
}): JSX.Element {
  return (
    <time dateTime={props.moment} title={absolute(props.moment)}>
      {relative(props.moment, props.now)}
    </time>
  );
}
