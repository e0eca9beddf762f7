import type { SharedRole } from '@jupyterlab-commons/protocol';
import * as React from 'react';
import { ExpirySelect, RoleSelect } from './choices';
import type { ShareModel } from './model';
import { PeopleField, type Suggestion } from './people-field';

/** What the parent may ask of the form: take in a name that was typed and not added. */
export type InviteFormHandle = { addPending: () => Promise<boolean> };

/** Who, what, for how long, and the button that adds them. */
export const InviteForm = React.forwardRef<
  InviteFormHandle,
  { model: ShareModel }
>(function InviteForm({ model }, handle) {
  const { trans } = model;
  const [text, setText] = React.useState('');
  const [picked, setPicked] = React.useState<Suggestion | null>(null);
  const [role, setRole] = React.useState<SharedRole>('view');
  const [expiresAt, setExpiresAt] = React.useState<string | null>(null);
  const [problem, setProblem] = React.useState<string | null>(null);

  const add = async (who: Suggestion | null = picked): Promise<boolean> => {
    const refusal = await model.invite({
      kind: who?.kind ?? 'users',
      name: who?.name ?? text,
      displayName: who?.displayName ?? text.trim(),
      role,
      expiresAt
    });
    setProblem(refusal);
    if (refusal === null && model.problem === null) {
      setText('');
      setPicked(null);
      return true;
    }
    return false;
  };
  React.useImperativeHandle(handle, () => ({
    addPending: async () => text.trim() === '' || (await add())
  }));

  return (
    <div className="jp-Commons-InviteForm">
      <PeopleField
        text={text}
        problem={problem}
        search={model.search}
        trans={trans}
        onText={next => {
          setText(next);
          setPicked(null);
          setProblem(null);
        }}
        onPick={who => {
          setText(who.name);
          setPicked(who);
          setProblem(null);
        }}
        onEnter={() => void add()}
      />
      <div className="jp-Commons-row">
        <RoleSelect
          label={trans.__('What they may do')}
          role={role}
          trans={trans}
          onChange={setRole}
        />
        <ExpirySelect
          label={trans.__('For how long')}
          expiresAt={expiresAt}
          trans={trans}
          now={model.now}
          onChange={setExpiresAt}
        />
        <button
          type="button"
          className="jp-Commons-button"
          onClick={() => void add()}
        >
          {trans.__('Add')}
        </button>
      </div>
    </div>
  );
});
