import type { SharedRole } from '@jupyterlab-commons/protocol';
import * as React from 'react';
import { copyText } from '../ui/copy-text';
import { roleWords } from '../ui/words';
import { ExpirySelect } from './choices';
import type { ShareModel } from './model';

/** Whether the link itself lets people in. */
export function LinkAccess({ model }: { model: ShareModel }): JSX.Element {
  const { trans, state } = model;
  const id = React.useId();
  const share =
    state.kind === 'manage'
      ? state.shares.find(each => each.kind === 'link')
      : undefined;
  const role: SharedRole | null = share?.role ?? model.linkChoice;
  const choose = (value: string) =>
    model.setLink(
      value === 'edit' || value === 'view' ? value : null,
      share?.expiresAt ?? null
    );
  return (
    <div className="jp-Commons-row">
      <label htmlFor={id}>{trans.__('Anyone on this hub with the link')}</label>
      <select
        id={id}
        className="jp-Commons-select"
        value={role ?? 'off'}
        onChange={event => void choose(event.currentTarget.value)}
      >
        <option value="off">{trans.__('Off')}</option>
        <option value="view">{roleWords(trans, 'view')}</option>
        <option value="edit">{roleWords(trans, 'edit')}</option>
      </select>
      {share ? (
        <ExpirySelect
          label={trans.__('How long the link works')}
          expiresAt={share.expiresAt}
          trans={trans}
          now={model.now}
          onChange={expiresAt => void model.setLink(share.role, expiresAt)}
        />
      ) : null}
    </div>
  );
}

/** The link, to read and to copy. It lets in only those who are listed. */
export function LinkField({
  model
}: {
  model: ShareModel;
}): JSX.Element | null {
  const { trans, link } = model;
  const id = React.useId();
  if (link === null) {
    return null;
  }
  return (
    <div className="jp-Commons-row">
      <label htmlFor={id}>{trans.__('Link')}</label>
      <input
        id={id}
        className="jp-Commons-input"
        type="text"
        readOnly
        value={link}
        onFocus={event => event.currentTarget.select()}
      />
      <button
        type="button"
        className="jp-Commons-button"
        onClick={() => void model.rememberCopied(copyText(link))}
      >
        {trans.__('Copy link')}
      </button>
    </div>
  );
}
