import type { GitRefs } from '@jupyterlab-commons/protocol';
import * as React from 'react';
import type { RemoteVerb } from '../../client/git-writes';
import { shortName } from '../../ui/words';
import { shortHash } from '../words';
import { BranchMenu } from './branch-menu';
import type { ChangesProps } from './changes-view';
import { Link } from './link';
import type { RefParts } from './refs';
import type { RemoteChoice } from './remote-choice';
import { RemoteSelect } from './remote-select';
import type { Remotes } from './remotes';

export type BranchParts = {
  remotes: Remotes;
  choice: RemoteChoice;
  /** Fetches, pulls or pushes, and tells how it went. */
  runRemote: (verb: RemoteVerb) => void;
  refParts: () => RefParts;
  findRefs: (query: string, signal: AbortSignal) => Promise<GitRefs>;
};

/** The branch that commits go to, how it stands with its remote, and what moves it. */
export function BranchBar(props: ChangesProps): JSX.Element {
  const { model, trans, remotes, choice, runRemote } = props;
  const { status, repository } = model;
  const [isOpen, setOpen] = React.useState(false);
  const button = React.useRef<HTMLButtonElement>(null);
  const select = React.useRef<HTMLSelectElement>(null);
  const { branch, head } = status ?? repository ?? {};
  const name =
    branch === undefined
      ? trans.__('No branch (%1)', shortHash(head ?? ''))
      : shortName(branch);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const verbs: [RemoteVerb, string][] = [
    ['fetch', trans.__('Fetch')],
    ['pull', trans.__('Pull')],
    ['push', trans.__('Push')]
  ];
  return (
    <div className="jp-Commons-Branch">
      <button
        ref={button}
        type="button"
        className="jp-Commons-select jp-Commons-History-branchButton"
        aria-label={trans.__('Branch: %1', name)}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <span>{name}</span>
        <span aria-hidden="true"> ▾</span>
      </button>
      {isOpen ? <BranchMenu {...props} close={close} /> : null}
      <RemoteSelect ref={select} {...{ model, choice, trans }} />
      <div
        className="jp-Commons-Branch-remote"
        role="group"
        aria-label={trans.__('Remote')}
      >
        {verbs.map(([verb, label]) => (
          <button
            key={verb}
            type="button"
            className="jp-Commons-button"
            aria-disabled={remotes.verb !== null}
            onClick={() => {
              if (remotes.verb !== null) {
                return;
              }
              if (choice.isMissing(verb)) {
                const text = trans.__('Choose a remote first.');
                model.say({ kind: 'told', text });
                select.current?.focus();
              } else {
                runRemote(verb);
              }
            }}
          >
            {label}
          </button>
        ))}
      </div>
      <p className="jp-Commons-Changes-note" role="status">
        {remoteState(props)}{' '}
        {remotes.verb === null ? null : (
          <Link onClick={() => remotes.stop()}>{trans.__('Stop')}</Link>
        )}
      </p>
    </div>
  );
}

/** "2 to push, 1 to pull", or what is under way. */
function remoteState(props: ChangesProps): string {
  const { model, trans, remotes, choice } = props;
  switch (remotes.verb) {
    case 'fetch':
      return trans.__('Fetching… You can go on meanwhile.');
    case 'pull':
      return trans.__('Pulling… You can go on meanwhile.');
    case 'push':
      return trans.__('Pushing… You can go on meanwhile.');
    case null: {
      const { upstream, ahead = 0, behind = 0 } = model.status ?? {};
      if (model.status === null) {
        return '';
      }
      if (upstream === undefined) {
        return choice.remotes.length === 0
          ? trans.__('Follows no branch of a remote yet.')
          : trans.__(
              'Follows no branch of a remote yet. Pushed to one, it follows that one from then on.'
            );
      }
      const parts = [
        ahead > 0 && trans.__('%1 to push', ahead),
        behind > 0 && trans.__('%1 to pull', behind)
      ].filter(each => typeof each === 'string');
      return parts.length === 0
        ? trans.__('As %1 was when it was fetched last', shortName(upstream))
        : trans.__('%1 (%2)', parts.join(', '), shortName(upstream));
    }
  }
}
