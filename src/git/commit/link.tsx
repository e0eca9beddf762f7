import * as React from 'react';

/** A verb that stands in a line of text. */
export const Link = React.forwardRef<
  HTMLButtonElement,
  React.ButtonHTMLAttributes<HTMLButtonElement>
>((props, ref) => (
  <button
    ref={ref}
    type="button"
    className="jp-Commons-Changes-link"
    {...props}
  />
));
