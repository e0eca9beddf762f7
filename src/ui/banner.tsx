import * as React from 'react';

export type BannerTone = 'info' | 'warn' | 'error';

export type BannerAction = {
  label: string;
  run: () => void;
  disabled?: boolean;
};

/** One sentence across the width, with what can be done about it. */
export function Banner(props: {
  tone: BannerTone;
  text: string;
  actions?: readonly BannerAction[];
}): JSX.Element {
  return (
    <div className={`jp-Commons-Banner jp-mod-${props.tone}`}>
      <p className="jp-Commons-Banner-text">{props.text}</p>
      {(props.actions ?? []).map(action => (
        <button
          key={action.label}
          type="button"
          className="jp-Commons-button"
          disabled={action.disabled}
          onClick={action.run}
        >
          {action.label}
        </button>
      ))}
    </div>
  );
}
