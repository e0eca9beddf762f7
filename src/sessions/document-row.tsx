import type { DocumentInfo } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { fileWords } from '../ui/file-words';
import { leaveIcon, linkIcon, shareIcon, stopIcon } from '../ui/icons';
import { PeopleStack } from '../ui/people-stack';
import { absolute, relative } from '../ui/time';
import { personName, roleWords, shortName } from '../ui/words';

/** What a row can ask for; the panel turns it into a command. */
export type RowVerb = 'open' | 'copyLink' | 'manage' | 'leave' | 'stop';

/** One document: name, whose, my role, until when, who is there, and the verbs. */
export function DocumentRow(props: {
  document: DocumentInfo;
  isNews: boolean;
  now: number;
  trans: TranslationBundle;
  run: (verb: RowVerb, document: DocumentInfo) => void;
}): JSX.Element {
  const { document, trans, run } = props;
  const isOwner = document.role === 'owner';
  const name = shortName(document.name);
  const file = isOwner ? fileWords(trans, document.fileState) : null;
  const verb = (icon: LabIcon, label: string, which: RowVerb) => (
    <IconButton
      icon={icon}
      label={label}
      onClick={() => run(which, document)}
    />
  );
  return (
    <li className="jp-Commons-DocumentRow">
      <div className="jp-Commons-DocumentRow-head">
        <button
          type="button"
          className="jp-Commons-DocumentRow-name"
          title={name}
          aria-label={trans.__('Open %1', name)}
          onClick={() => run('open', document)}
        >
          {name}
        </button>
        {props.isNews ? (
          <span className="jp-Commons-DocumentRow-new">{trans.__('New')}</span>
        ) : null}
      </div>
      <p className="jp-Commons-DocumentRow-facts">
        {isOwner
          ? sharedWords(trans, document)
          : guestFacts(trans, document, props.now)}
      </p>
      {file === null ? null : (
        <p className="jp-Commons-DocumentRow-file">{file}</p>
      )}
      <div className="jp-Commons-DocumentRow-foot">
        <PeopleStack people={document.present} trans={trans} />
        <span className="jp-Commons-DocumentRow-verbs">
          {verb(linkIcon, trans.__('Copy the link to %1', name), 'copyLink')}
          {isOwner ? (
            <>
              {verb(shareIcon, trans.__('Who can open %1', name), 'manage')}
              {verb(stopIcon, trans.__('Stop sharing %1', name), 'stop')}
            </>
          ) : (
            verb(leaveIcon, trans.__('Leave %1', name), 'leave')
          )}
        </span>
      </div>
    </li>
  );
}

function sharedWords(trans: TranslationBundle, document: DocumentInfo): string {
  const { shareCount } = document;
  return shareCount === 0
    ? trans.__('Nobody else can open it')
    : trans._n('Shared with %1', 'Shared with %1', shareCount);
}

function guestFacts(
  trans: TranslationBundle,
  document: DocumentInfo,
  now: number
): JSX.Element {
  const owner = personName(document.owner);
  const { roleUntil } = document;
  return (
    <>
      {`${owner} · ${roleWords(trans, document.role)}`}
      {roleUntil === null ? null : (
        <>
          {' · '}
          <time dateTime={roleUntil} title={absolute(roleUntil)}>
            {trans.__('ends %1', relative(roleUntil, now))}
          </time>
        </>
      )}
    </>
  );
}

function IconButton(props: {
  icon: LabIcon;
  label: string;
  onClick: () => void;
}): JSX.Element {
  return (
    <button
      type="button"
      className="jp-Commons-iconButton"
      aria-label={props.label}
      title={props.label}
      onClick={props.onClick}
    >
      <props.icon.react tag="span" aria-hidden="true" />
    </button>
  );
}
