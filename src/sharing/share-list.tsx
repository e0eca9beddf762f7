import type { Share } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { Avatar } from '../ui/avatar';
import { absolute } from '../ui/time';
import { roleWords, shortName } from '../ui/words';
import { ExpirySelect, RoleSelect } from './choices';
import type { ShareModel } from './model';
import type { Invitation } from './share-state';

type Named = { kind: string; name: string; displayName: string };

function holderWords(trans: TranslationBundle, who: Named): string {
  const name = shortName(who.displayName || who.name);
  return who.kind === 'groups' ? trans.__('%1 (group)', name) : name;
}

/** Everybody who is let in, with their role, their end, and the way out. */
export function ShareList(props: {
  model: ShareModel;
  shares: readonly Share[];
}): JSX.Element | null {
  const { model, shares } = props;
  const named = shares.filter(share => share.kind !== 'link');
  if (named.length === 0) {
    return (
      <p className="jp-Commons-hint">
        {model.trans.__('Nobody else can open it yet.')}
      </p>
    );
  }
  return (
    <ul
      className="jp-Commons-ShareList"
      aria-label={model.trans.__('Who can open it')}
    >
      {named.map(share => (
        <ShareRow
          key={`${share.kind} ${share.name}`}
          model={model}
          share={share}
        />
      ))}
    </ul>
  );
}

function ShareRow(props: { model: ShareModel; share: Share }): JSX.Element {
  const { model, share } = props;
  const { trans } = model;
  const who = holderWords(trans, share);
  return (
    <li className="jp-Commons-ShareRow">
      <Avatar user={share.name} displayName={share.displayName} />
      <span className="jp-Commons-ShareRow-name" title={shortName(share.name)}>
        {who}
      </span>
      <RoleSelect
        label={trans.__('What %1 may do', who)}
        role={share.role}
        trans={trans}
        onChange={role => void model.change(share, { role })}
      />
      <ExpirySelect
        label={trans.__('For how long: %1', who)}
        expiresAt={share.expiresAt}
        trans={trans}
        now={model.now}
        onChange={expiresAt => void model.change(share, { expiresAt })}
      />
      <button
        type="button"
        className="jp-Commons-button jp-mod-minimal"
        aria-label={trans.__('Remove %1', who)}
        onClick={() => void model.remove(share)}
      >
        {trans.__('Remove')}
      </button>
    </li>
  );
}

/** Those who are chosen but not let in: before sharing, or refused. */
export function InvitationList(props: {
  model: ShareModel;
}): JSX.Element | null {
  const { model } = props;
  const { trans, invitations } = model;
  if (invitations.length === 0) {
    return null;
  }
  return (
    <ul
      className="jp-Commons-ShareList"
      aria-label={trans.__('Chosen, not let in yet')}
    >
      {invitations.map(invitation => (
        <InvitationRow
          key={`${invitation.kind} ${invitation.name}`}
          model={model}
          invitation={invitation}
        />
      ))}
    </ul>
  );
}

function InvitationRow(props: {
  model: ShareModel;
  invitation: Invitation;
}): JSX.Element {
  const { model, invitation } = props;
  const { trans } = model;
  const who = holderWords(trans, invitation);
  const rights = [
    roleWords(trans, invitation.role),
    ...(invitation.expiresAt === null
      ? []
      : [trans.__('until %1', absolute(invitation.expiresAt))])
  ].join(', ');
  return (
    <li className="jp-Commons-ShareRow">
      <Avatar user={invitation.name} displayName={invitation.displayName} />
      <span className="jp-Commons-ShareRow-name">{who}</span>
      <span className="jp-Commons-hint">{rights}</span>
      {invitation.problem !== null && model.state.kind !== 'choose' ? (
        <button
          type="button"
          className="jp-Commons-button"
          aria-label={trans.__('Try %1 again', who)}
          onClick={() => void model.inviteAgain(invitation)}
        >
          {trans.__('Try again')}
        </button>
      ) : null}
      <button
        type="button"
        className="jp-Commons-button jp-mod-minimal"
        aria-label={trans.__('Remove %1', who)}
        onClick={() => model.forget(invitation)}
      >
        {trans.__('Remove')}
      </button>
      {invitation.problem === null ? null : (
        <p className="jp-Commons-problem">{invitation.problem}</p>
      )}
    </li>
  );
}
