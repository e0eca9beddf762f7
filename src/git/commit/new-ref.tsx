import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

/** What git takes as a name, without asking it; the server has the last word. */
export const isRefName = (name: string): boolean =>
  name !== '' &&
  !/[\s~^:?*[\\\p{C}]|\.\.|@\{|\/\/|\/\.|\.lock(?=\/|$)|\.(?=\/|$)|^[-/.]|\/$|^@$/u.test(
    name
  );

/** A field for the name of a branch or tag, with one option. */
export function NewRef(props: {
  trans: TranslationBundle;
  label: string;
  option?: string;
  button: string;
  /** Resolves to whether it was made. */
  create: (name: string, isOptionOn: boolean) => Promise<boolean>;
}): JSX.Element {
  const { trans, label, option, button } = props;
  const problem = React.useId();
  const [name, setName] = React.useState('');
  const [isOn, setOn] = React.useState(true);
  const [isBusy, setBusy] = React.useState(false);
  const isWrong = name !== '' && !isRefName(name);
  const create = async () => {
    if (isRefName(name) && !isBusy) {
      setBusy(true);
      const isDone = await props.create(name, isOn);
      setBusy(false);
      if (isDone) {
        setName('');
      }
    }
  };
  return (
    <div className="jp-Commons-NewRef">
      <input
        className="jp-Commons-input"
        aria-label={label}
        placeholder={label}
        aria-invalid={isWrong}
        aria-describedby={problem}
        maxLength={250}
        spellCheck={false}
        value={name}
        onChange={event => setName(event.currentTarget.value.trim())}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            event.preventDefault();
            void create();
          }
        }}
      />
      {option === undefined ? null : (
        <label className="jp-Commons-Changes-option">
          <input
            type="checkbox"
            checked={isOn}
            onChange={event => setOn(event.currentTarget.checked)}
          />
          {option}
        </label>
      )}
      <button
        type="button"
        className="jp-Commons-button"
        aria-disabled={!isRefName(name) || isBusy}
        onClick={() => void create()}
      >
        {button}
      </button>
      <p id={problem} className="jp-Commons-problem" role="status">
        {isWrong
          ? trans.__('A name has no spaces, no .., and none of ~^:?*[\\')
          : ''}
      </p>
    </div>
  );
}
