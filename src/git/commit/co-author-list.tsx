import * as React from 'react';
import { oneLine, shortName } from '../../ui/words';
import type { ChangesProps } from './changes-view';
import { isPerson, type Proposal } from './co-authors';
import { Link } from './link';
import { troubleWords } from './words';

/** Who else is named in the commit: proposed, ticked or not, and added by hand. */
export function CoAuthorList(props: ChangesProps): JSX.Element {
  const { model, trans } = props;
  const { coAuthors } = model;
  const { state, proposals, added } = coAuthors;
  const [asked, ask] = React.useState<string | null>(null);
  const button = React.useRef<HTMLButtonElement>(null);
  const close = () => {
    ask(null);
    button.current?.focus();
  };
  return (
    <div
      className="jp-Commons-CoAuthors"
      role="group"
      aria-label={trans.__('Co-authors')}
    >
      {state.kind === 'failed' ? (
        <p className="jp-Commons-Changes-note">
          {trans.__(
            'Who else edited it live is not known now: %1',
            troubleWords(trans, state.error)
          )}{' '}
          <Link onClick={() => void coAuthors.ask()}>
            {trans.__('Try again')}
          </Link>
        </p>
      ) : null}
      {proposals.length + added.length === 0 ? null : <p>{trans.__('With')}</p>}
      <ul>
        {proposals.map(each => (
          <Proposed
            key={each.user}
            {...props}
            proposal={each}
            addEmail={() => ask(each.displayName || each.user)}
          />
        ))}
        {added.map(({ name, email }) => (
          <li key={email} className="jp-Commons-CoAuthor">
            <PersonText name={name} email={email} />{' '}
            <Link
              aria-label={trans.__('Remove %1', shortName(name))}
              onClick={() => {
                coAuthors.remove(email);
                button.current?.focus();
              }}
            >
              {trans.__('Remove')}
            </Link>
          </li>
        ))}
      </ul>
      <Link
        ref={button}
        aria-expanded={asked !== null}
        onClick={() => ask(asked === null ? '' : null)}
      >
        {trans.__('Add a co-author…')}
      </Link>
      {asked === null ? null : (
        <AddForm key={asked} {...props} name={asked} close={close} />
      )}
    </div>
  );
}

function Proposed(
  props: ChangesProps & { proposal: Proposal; addEmail: () => void }
): JSX.Element {
  const { model, trans, proposal, addEmail } = props;
  const { user, displayName, person, isChosen } = proposal;
  if (person === null) {
    const name = shortName(displayName || user);
    return (
      <li className="jp-Commons-CoAuthor">
        <span>
          {trans.__('%1 edited it live too; no e-mail is known.', name)}
        </span>{' '}
        <Link
          aria-label={trans.__('Add the e-mail of %1…', name)}
          onClick={addEmail}
        >
          {trans.__('Add it…')}
        </Link>
      </li>
    );
  }
  return (
    <li className="jp-Commons-CoAuthor">
      <label>
        <input
          type="checkbox"
          checked={isChosen}
          onChange={event =>
            model.coAuthors.choose(user, event.currentTarget.checked)
          }
        />
        <PersonText {...person} />
      </label>
    </li>
  );
}

function PersonText(props: { name: string; email: string }): JSX.Element {
  return (
    <span>
      <bdi>{shortName(props.name)}</bdi>{' '}
      <span className="jp-Commons-Changes-email">
        <bdi>{oneLine(props.email)}</bdi>
      </span>
    </span>
  );
}

/** Not a form of its own: it stands inside that of the commit. */
function AddForm(
  props: ChangesProps & { name: string; close: () => void }
): JSX.Element {
  const { model, trans, close } = props;
  const [name, setName] = React.useState(props.name);
  const [email, setEmail] = React.useState('');
  const [isWrong, setWrong] = React.useState(false);
  const add = () => {
    const person = { name: name.trim(), email: email.trim() };
    if (isPerson(person)) {
      model.coAuthors.add(person);
      close();
    } else {
      setWrong(true);
    }
  };
  const field = (
    label: string,
    value: string,
    set: (value: string) => void,
    isFirst: boolean
  ) => (
    <input
      className="jp-Commons-input"
      aria-label={label}
      placeholder={label}
      maxLength={256}
      // It has just been asked for.
      autoFocus={isFirst}
      value={value}
      onChange={event => set(event.currentTarget.value)}
    />
  );
  return (
    <div
      className="jp-Commons-CoAuthors-form"
      onKeyDown={event => {
        if (event.key === 'Enter' && event.target instanceof HTMLInputElement) {
          event.preventDefault();
          add();
        } else if (event.key === 'Escape') {
          event.stopPropagation();
          close();
        }
      }}
    >
      {field(trans.__('Name'), name, setName, props.name === '')}
      {field(trans.__('E-mail'), email, setEmail, props.name !== '')}
      <button type="button" className="jp-Commons-button" onClick={add}>
        {trans.__('Add')}
      </button>
      <p className="jp-Commons-problem" role="status">
        {isWrong
          ? trans.__('Write a name and an e-mail, without < and >.')
          : ''}
      </p>
    </div>
  );
}
