import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { oneLine, shortName } from '../../ui/words';
import type { ChangesProps } from './changes-view';
import { CoAuthorList } from './co-author-list';
import { hookWords } from './words';

/** Lists cut longer subjects; 50 is what most teams aim at. */
const GOOD_CHARS = 50;
const LONG_CHARS = 72;
const MOST_CHARS = 65_536;
/** What a terminal has to be told; not translated. */
const IDENTIFY = [
  'git config --global user.name "Your Name"',
  'git config --global user.email you@example.org'
].join('\n');

/** The message, who is named, and the button that says what it will do. */
export function CommitForm(props: ChangesProps): JSX.Element {
  const { model, trans } = props;
  const { message, repository } = model;
  const guidance = React.useId();
  const why = React.useId();
  const missing = missingWords(props);
  const hooks = repository === null ? null : hookWords(trans, repository);
  const commit = () => {
    if (missing === null && !model.isCommitting) {
      void model.commit();
    }
  };
  return (
    <form
      className="jp-Commons-Changes-form"
      aria-label={trans.__('Commit')}
      onSubmit={event => {
        event.preventDefault();
        commit();
      }}
    >
      <textarea
        className="jp-Commons-input jp-Commons-Changes-message"
        aria-label={trans.__('Message')}
        aria-describedby={guidance}
        placeholder={trans.__('What changes, and why')}
        rows={3}
        maxLength={MOST_CHARS}
        value={message}
        data-lm-suppress-shortcuts="true"
        onChange={event => model.setMessage(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            event.stopPropagation();
            commit();
          }
        }}
      />
      <p id={guidance} className="jp-Commons-Changes-note">
        {subjectWords(trans, message)}
      </p>
      <Author {...props} />
      <CoAuthorList {...props} />
      {hooks === null ? null : (
        <p className="jp-Commons-Changes-note">{hooks}</p>
      )}
      <button
        type="submit"
        className="jp-Commons-button jp-mod-accept jp-Commons-Changes-commit"
        aria-disabled={missing !== null || model.isCommitting}
        aria-describedby={missing === null ? undefined : why}
        title={trans.__('Ctrl or Cmd with Enter in the message')}
      >
        {commitWords(props)}
      </button>
      {missing === null ? null : (
        <p id={why} className="jp-Commons-Changes-note">
          {missing}
        </p>
      )}
    </form>
  );
}

function commitWords({ model, trans }: ChangesProps): string {
  const count = model.staged.length;
  return model.isCommitting
    ? trans.__('Committing…')
    : count === 0
      ? trans.__('Commit')
      : trans._n('Commit %1 file', 'Commit %1 files', count);
}

/** What is to be done before it can be committed; null: nothing. */
function missingWords({ model, trans }: ChangesProps): string | null {
  const { staged, message, repository, files } = model;
  const isMerge = repository?.doing === 'merge';
  if (files.some(each => each.unstaged === 'conflicted')) {
    return trans.__('Solve the files in conflict first.');
  }
  if (staged.length === 0 && !isMerge) {
    return trans.__('Nothing is staged. Tick what goes into the commit.');
  }
  if (repository !== null && repository.author === undefined) {
    return trans.__('Git has to know who you are first.');
  }
  return message.trim() === '' ? trans.__('Write a message first.') : null;
}

/** How the first line does, in words: lists show nothing but it. */
function subjectWords(trans: TranslationBundle, message: string): string {
  const [subject = '', second = ''] = message.trimStart().split('\n');
  const length = [...subject.trim()].length;
  if (length > LONG_CHARS) {
    return trans.__(
      'The first line has %1 characters: lists cut it. Put the rest below an empty line.',
      length
    );
  }
  if (second.trim() !== '') {
    return trans.__('Leave the second line empty; lists show the first one.');
  }
  return length > GOOD_CHARS
    ? trans.__('First line: %1 of %2 characters', length, LONG_CHARS)
    : trans.__('First line: what changes. Below an empty line: why.');
}

function Author({ model, trans }: ChangesProps): JSX.Element | null {
  const { repository } = model;
  if (repository === null) {
    return null;
  }
  const { author } = repository;
  if (author !== undefined) {
    return (
      <p className="jp-Commons-Changes-author">
        {trans.__('Author:')} <bdi>{shortName(author.name)}</bdi>{' '}
        <span className="jp-Commons-Changes-email">
          <bdi>{oneLine(author.email)}</bdi>
        </span>
      </p>
    );
  }
  return (
    <div className="jp-Commons-Changes-unknown">
      <p>
        {trans.__(
          'Git does not know who you are. Run this in a terminal, with your name and e-mail:'
        )}
      </p>
      <pre className="jp-Commons-Changes-command" tabIndex={0}>
        {IDENTIFY}
      </pre>
      <button
        type="button"
        className="jp-Commons-button"
        onClick={() => void model.lookAgain()}
      >
        {trans.__('I have run it')}
      </button>
    </div>
  );
}
