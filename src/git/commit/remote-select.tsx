import type { GitRemotes } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { oneLine, shortName } from '../../ui/words';
import type { ChangesModel } from './model';
import type { RemoteChoice } from './remote-choice';

type Props = {
  model: ChangesModel;
  choice: RemoteChoice;
  trans: TranslationBundle;
};

/** Where Fetch and Push go; nothing where there is only one remote. */
export const RemoteSelect = React.forwardRef<HTMLSelectElement, Props>(
  ({ model, choice, trans }, ref) => {
    const { repo, status } = model;
    const { branch, upstream } = status ?? {};
    const isKnown = status !== null;
    React.useEffect(() => {
      if (isKnown) {
        void choice.ask(repo, branch);
      }
    }, [choice, repo, branch, upstream, isKnown]);
    const { remotes, chosen } = choice;
    if (remotes.length === 0) {
      return null;
    }
    // The list cuts off what is long; where a password may go is told in full.
    const push = remotes.find(({ name }) => name === chosen)?.push;
    return (
      <>
        <select
          ref={ref}
          className="jp-Commons-select jp-Commons-Branch-choice"
          aria-label={trans.__('Remote for Fetch and Push')}
          title={trans.__(
            'Where Fetch and Push go. Pull always takes the branch that this one follows.'
          )}
          value={chosen ?? ''}
          onChange={event => choice.choose(event.currentTarget.value)}
        >
          {chosen === null ? (
            <option value="" disabled>
              {trans.__('Choose a remote…')}
            </option>
          ) : null}
          {remotes.map(remote => (
            <option key={remote.name} value={remote.name}>
              {remoteLabel(trans, remote)}
            </option>
          ))}
          {choice.hasMore ? (
            <option disabled>{trans.__('There are more than these.')}</option>
          ) : null}
        </select>
        {push === undefined ? null : (
          <p className="jp-Commons-Changes-note">
            {trans.__('Push goes to %1.', places(trans, push, oneLine))}
          </p>
        )}
      </>
    );
  }
);

type Remote = GitRemotes['remotes'][number];

/** The name, and what it reaches; a push may go elsewhere than a fetch. */
function remoteLabel(
  trans: TranslationBundle,
  { name, host, push }: Remote
): string {
  if (push === undefined) {
    return host === ''
      ? shortName(name)
      : trans.__('%1 (%2)', shortName(name), shortName(bare(host)));
  }
  return trans.__(
    '%1 (push to %2; fetch from %3)',
    shortName(name),
    places(trans, push),
    places(trans, [host])
  );
}

const places = (
  trans: TranslationBundle,
  hosts: string[],
  shown: (host: string) => string = shortName
): string =>
  hosts
    .map(each => (each === '' ? trans.__('this machine') : shown(bare(each))))
    .join(', ');

/** Which host it is; that it is https is what everybody expects. */
const bare = (host: string): string => host.replace(/^https:\/\//, '');
