import '../../style/git-details.css';
import type { GitRepository } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { copyText } from '../ui/copy-text';
import { EmptyState } from '../ui/empty-state';
import { oneLine } from '../ui/words';

type Props = { repository: GitRepository; trans: TranslationBundle };

/** Why there is no history to list, and what to do about it. */
export function ClosedState({ repository, trans }: Props): JSX.Element {
  switch (repository.kind) {
    case 'none':
      return (
        <EmptyState title={trans.__('This folder is not in a git repository.')}>
          <p>
            {trans.__(
              'A repository keeps every version of its files that was committed. Clone one, or run “git init” in a terminal; its history then appears here by itself.'
            )}
          </p>
        </EmptyState>
      );
    case 'empty':
      return (
        <EmptyState title={trans.__('This repository has no commits yet.')}>
          <p>{trans.__('The first commit appears here by itself.')}</p>
        </EmptyState>
      );
    case 'foreign':
      return <Foreign {...{ repository, trans }} />;
    case 'bare':
      return (
        <EmptyState title={trans.__('This is a bare repository.')}>
          <p>
            {trans.__(
              'It has no files of its own, and is not opened, because its configuration could run programs. Clone it and look at the clone.'
            )}
          </p>
        </EmptyState>
      );
    case 'no-git':
      return (
        <EmptyState title={trans.__('Git is not installed on this server.')}>
          <p>{trans.__('Ask your admin for git 2.38 or newer.')}</p>
        </EmptyState>
      );
    case 'old-git':
      return (
        <EmptyState title={trans.__('Git is too old on this server.')}>
          <p>
            {trans.__(
              'Older than 2.38, it cannot open repositories of others safely. Ask your admin for a newer one.'
            )}
          </p>
        </EmptyState>
      );
    default:
      return (
        <EmptyState title={trans.__('Git cannot read this repository.')}>
          <GitSaid {...{ repository, trans }} />
        </EmptyState>
      );
  }
}

function Foreign({ repository, trans }: Props): JSX.Element {
  const { command } = repository;
  const [isCopied, setCopied] = React.useState(false);
  return (
    <EmptyState title={trans.__('This repository belongs to another user.')}>
      <p>
        {trans.__(
          'Git does not open it until you say that you trust this one folder.'
        )}
      </p>
      {command === undefined ? (
        <GitSaid {...{ repository, trans }} />
      ) : (
        <>
          <p>{trans.__('If you do, run this in a terminal:')}</p>
          <pre className="jp-Commons-History-command">{oneLine(command)}</pre>
          <button
            type="button"
            className="jp-Commons-button"
            onClick={() => void copyText(command).then(() => setCopied(true))}
          >
            {isCopied ? trans.__('Copied') : trans.__('Copy command')}
          </button>
        </>
      )}
    </EmptyState>
  );
}

function GitSaid({ repository, trans }: Props): JSX.Element | null {
  return repository.detail === undefined ? null : (
    <p>{trans.__('Git says: %1', oneLine(repository.detail))}</p>
  );
}
