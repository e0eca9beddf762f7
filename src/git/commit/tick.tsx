import * as React from 'react';
import type { Share } from './cells';

/** A checkbox that may be half on. It keeps the focus while its answer is on its way. */
export function Tick(props: {
  label: string;
  share: Share;
  isBusy: boolean;
  /** Why it cannot be changed; then it is said, and pressing does nothing. */
  isFixed?: boolean;
  describedBy?: string;
  toggle: () => void;
}): JSX.Element {
  const { share, isBusy, isFixed = false } = props;
  const field = React.useRef<HTMLInputElement>(null);
  // What was pressed shows at once; what is true, with the answer.
  const [wanted, setWanted] = React.useState<boolean | null>(null);
  React.useEffect(() => {
    if (!isBusy) {
      setWanted(null);
    }
  }, [isBusy]);
  React.useEffect(() => {
    field.current!.indeterminate = wanted === null && share === 'part';
  });
  return (
    <input
      ref={field}
      type="checkbox"
      className="jp-Commons-Changes-tick"
      data-commons-tick=""
      aria-label={props.label}
      aria-describedby={props.describedBy}
      aria-busy={isBusy}
      aria-disabled={isFixed || isBusy}
      checked={wanted ?? share === 'all'}
      onChange={event => {
        if (!isFixed && !isBusy) {
          setWanted(event.currentTarget.checked);
          props.toggle();
        }
      }}
    />
  );
}
