import type { DocumentInfo, DocumentType } from '@jupyterlab-commons/protocol';
import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import { LiveRegion } from '../ui/live-region';
import { shortName } from '../ui/words';
import { InviteForm, type InviteFormHandle } from './invite-form';
import { LinkAccess, LinkField } from './link-section';
import type { ShareModel } from './model';
import { InvitationList, ShareList } from './share-list';
import { guestWords, meaningWords } from './share-words';

type ViewProps = { model: ShareModel; onClose: () => void };

/** Where the focus goes in a new view. */
const FIRST_FIELD = '[data-commons-focus]';

/** The body of the share dialog: one view for each case of the model's state. */
export function ShareView(props: ViewProps): JSX.Element {
  const { model } = props;
  return (
    <UseSignal signal={model.changed}>{() => <Body {...props} />}</UseSignal>
  );
}

function Body(props: ViewProps): JSX.Element {
  const { model } = props;
  const root = React.useRef<HTMLDivElement>(null);
  // A new view takes the focus that the old one held.
  React.useEffect(() => {
    const held = document.activeElement;
    const dialog = root.current?.closest('.jp-Dialog') ?? root.current;
    if (held === root.current || !dialog?.contains(held)) {
      const first = root.current?.querySelector<HTMLElement>(FIRST_FIELD);
      (first ?? root.current)?.focus();
    }
  }, [model.state.kind]);
  // The element that held the focus may have gone, a removed row for example.
  React.useEffect(() => {
    if (document.activeElement === document.body) {
      root.current?.focus();
    }
  });
  return (
    <div
      ref={root}
      className="jp-Commons-ShareView"
      tabIndex={-1}
      aria-busy={model.busy || model.state.kind === 'loading'}
    >
      <Case {...props} />
      <LiveRegion text={model.news} visible />
    </div>
  );
}

function Case(props: ViewProps): JSX.Element {
  const { model } = props;
  const { trans, state } = model;
  switch (state.kind) {
    case 'loading':
      return <p>{trans.__('Loading…')}</p>;
    case 'failed':
      return (
        <>
          <p className="jp-Commons-problem" role="alert">
            {state.problem.text}
          </p>
          <Footer {...props}>
            <Verb model={model} run={() => model.retry()} primary>
              {trans.__('Try again')}
            </Verb>
          </Footer>
        </>
      );
    case 'choose':
      return <Choose {...props} type={state.type} />;
    case 'manage':
      return (
        <Manage {...props} type={state.document.type} shares={state.shares} />
      );
    case 'guest':
      return <Guest {...props} document={state.document} />;
    case 'stopped':
      return (
        <>
          <p>
            {trans.__(
              '%1 is no longer shared. Your file stays yours.',
              shortName(model.name)
            )}
          </p>
          <Footer {...props} />
        </>
      );
  }
}

/** A plain file: first choose people, then one button does everything. */
function Choose(props: ViewProps & { type: DocumentType }): JSX.Element {
  const { model } = props;
  const { trans } = model;
  const form = React.useRef<InviteFormHandle>(null);
  const share = async () => {
    if ((await form.current?.addPending()) !== false) {
      await model.share();
    }
  };
  return (
    <>
      <p>
        {trans.__(
          'Nothing is shared yet. Choose people, then press Share; Cancel leaves your file as it is.'
        )}
      </p>
      <InviteForm ref={form} model={model} />
      <InvitationList model={model} />
      <LinkAccess model={model} />
      <p className="jp-Commons-hint">{meaningWords(trans, props.type)}</p>
      <Trouble model={model} />
      <Footer {...props} label={trans.__('Cancel')}>
        <Verb model={model} run={share} primary>
          {model.busy ? trans.__('Sharing…') : trans.__('Share')}
        </Verb>
      </Footer>
    </>
  );
}

function Manage(
  props: ViewProps & {
    type: DocumentType;
    shares: React.ComponentProps<typeof ShareList>['shares'];
  }
): JSX.Element {
  const { model } = props;
  return (
    <>
      <InviteForm model={model} />
      <InvitationList model={model} />
      <ShareList model={model} shares={props.shares} />
      <LinkAccess model={model} />
      <LinkField model={model} />
      <p className="jp-Commons-hint">{meaningWords(model.trans, props.type)}</p>
      <Trouble model={model} />
      <Footer {...props}>
        <StopSharing model={model} />
      </Footer>
    </>
  );
}

function Guest(props: ViewProps & { document: DocumentInfo }): JSX.Element {
  const { model, document } = props;
  return (
    <>
      <p>{guestWords(model.trans, document)}</p>
      <LinkField model={model} />
      <Footer {...props} />
    </>
  );
}

/** The failure of the last verb, with the way to try again. */
function Trouble({ model }: { model: ShareModel }): JSX.Element {
  const { problem, trans } = model;
  return (
    <div role="alert">
      {problem === null ? null : (
        <div className="jp-Commons-row">
          <p className="jp-Commons-problem">{problem.text}</p>
          {problem.retry ? (
            <Verb model={model} run={() => model.retry()}>
              {trans.__('Retry')}
            </Verb>
          ) : null}
        </div>
      )}
    </div>
  );
}

/** Asks once more in place, since a second dialog would hide the first. */
function StopSharing({ model }: { model: ShareModel }): JSX.Element {
  const { trans } = model;
  const [asked, setAsked] = React.useState(false);
  const keep = React.useRef<HTMLButtonElement>(null);
  React.useEffect(() => {
    if (asked) {
      keep.current?.focus();
    }
  }, [asked]);
  if (!asked) {
    return (
      <Verb model={model} run={() => setAsked(true)}>
        {trans.__('Stop sharing')}
      </Verb>
    );
  }
  return (
    <div
      className="jp-Commons-row"
      role="group"
      aria-label={trans.__('Stop sharing')}
    >
      <p>{trans.__('Everybody else loses access now. Your file stays.')}</p>
      <Verb model={model} run={() => model.stop()} warn>
        {trans.__('Stop sharing now')}
      </Verb>
      <button
        ref={keep}
        type="button"
        className="jp-Commons-button"
        onClick={() => setAsked(false)}
      >
        {trans.__('Keep sharing')}
      </button>
    </div>
  );
}

function Verb(props: {
  model: ShareModel;
  run: () => unknown;
  primary?: boolean;
  warn?: boolean;
  children: React.ReactNode;
}): JSX.Element {
  const look = props.primary
    ? ' jp-mod-accept'
    : props.warn
      ? ' jp-mod-warn'
      : '';
  return (
    <button
      type="button"
      className={`jp-Commons-button${look}`}
      // Not `disabled`: that would throw the focus out of the dialog.
      aria-disabled={props.model.busy}
      onClick={() => void (props.model.busy || props.run())}
    >
      {props.children}
    </button>
  );
}

function Footer(
  props: ViewProps & { label?: string; children?: React.ReactNode }
): JSX.Element {
  const label = props.label ?? props.model.trans.__('Close');
  return (
    <div className="jp-Commons-ShareView-footer">
      {props.children}
      <button
        type="button"
        className="jp-Commons-button"
        onClick={props.onClose}
      >
        {label}
      </button>
    </div>
  );
}
