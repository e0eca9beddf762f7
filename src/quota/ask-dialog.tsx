import '../../style/quota.css';
import { Dialog, Notification } from '@jupyterlab/apputils';
import type { Allowance, QuotaReport } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import { askForMore as send } from '../client/quota';
import { problemOf } from '../ui/problem-words';
import { oneLine } from '../ui/words';
import { byNearness, titleOf } from './allowance-words';
import { askedWords } from './ask-section';
import type { QuotaParts } from './quota';

const MOST_CHARS = 1000;

type Request = { policy: string; message: string };

/** What the dialog shows and what is being written in it. */
type Draft = {
  report: QuotaReport;
  now: number;
  request: Request;
  /** Why the last try failed. */
  problem: string | null;
};

/**
 * Asks which limit and why, and sends it. Where sending fails the dialog comes
 * back with what was written.
 */
export async function askForMore(
  parts: QuotaParts,
  policy?: string
): Promise<void> {
  const { model, companion, trans } = parts;
  await model.refresh();
  const { report } = model;
  const allowances = byNearness(report?.allowances ?? []);
  if (report === null || allowances.length === 0) {
    tellNothing(parts);
    return;
  }
  const chosen = allowances.find(each => each.policy === policy);
  const draft: Draft = {
    report,
    now: model.time(),
    request: {
      policy: (chosen ?? allowances[0]!).policy,
      message: parts.unsent.message
    },
    problem: null
  };
  while (await isWanted(draft, parts)) {
    try {
      await send(companion, draft.request);
      parts.unsent.message = '';
      Notification.success(
        trans.__('Your request was sent. You are told when it is answered.'),
        { autoClose: 10_000 }
      );
      return await model.refresh();
    } catch (error) {
      draft.problem = problemOf(trans, error).text;
    }
  }
}

function tellNothing({ model, trans }: QuotaParts): void {
  const { state } = model;
  if (state.kind === 'failed') {
    Notification.error(problemOf(trans, state.error).text);
  } else {
    Notification.info(
      trans.__('There is no limit that you could ask more of.'),
      { autoClose: 10_000 }
    );
  }
}

async function isWanted(
  draft: Draft,
  { trans, unsent }: QuotaParts
): Promise<boolean> {
  const dialog = new AskDialog({
    title: trans.__('Ask for more'),
    body: new AskBody(draft, trans),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Send') })
    ],
    focusNodeSelector: 'textarea'
  });
  const { button } = await dialog.launch();
  unsent.message = draft.request.message;
  return button.accept;
}

class AskDialog extends Dialog<unknown> {
  protected override _evtKeydown(event: KeyboardEvent): void {
    // There it belongs to the text and the list; Send has a button.
    const isTyped = !(event.target instanceof HTMLButtonElement);
    if (event.key !== 'Enter' || !isTyped) {
      super._evtKeydown(event);
    }
  }
}

class AskBody extends ReactWidget {
  constructor(
    private readonly _draft: Draft,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-Commons-Quota-ask');
  }

  protected override render(): JSX.Element {
    const { _draft: draft, _trans: trans } = this;
    return (
      <AskForm
        {...draft}
        trans={trans}
        change={request => {
          draft.request = request;
        }}
      />
    );
  }
}

/** Tells each change as the person types; `request` is what it begins with. */
function AskForm(
  props: Draft & {
    trans: TranslationBundle;
    change: (request: Request) => void;
  }
): JSX.Element {
  const { report, now, problem, trans } = props;
  const [request, setRequest] = React.useState(props.request);
  const message = React.useRef<HTMLTextAreaElement>(null);
  const id = React.useId();
  // The dialog gives it the focus too, where it is drawn by then.
  React.useEffect(() => message.current?.focus(), []);
  const change = (part: Partial<Request>) => {
    const changed = { ...request, ...part };
    props.change(changed);
    setRequest(changed);
  };
  const asked = askedWords(trans, report, now);
  return (
    <>
      <p role="alert" className="jp-Commons-problem">
        {problem}
      </p>
      {asked === null ? null : (
        <p>
          {asked} {trans.__('What you send now takes its place.')}
        </p>
      )}
      <PolicyField
        allowances={report.allowances}
        value={request.policy}
        choose={policy => change({ policy })}
        trans={trans}
      />
      <label htmlFor={id}>{trans.__('What do you need it for?')}</label>
      <textarea
        ref={message}
        id={id}
        className="jp-Commons-input"
        rows={4}
        maxLength={MOST_CHARS}
        value={request.message}
        onChange={event => change({ message: event.currentTarget.value })}
      />
      {report.contact === '' ? null : (
        <p className="jp-Commons-hint">
          {trans.__('Whom to ask: %1', oneLine(report.contact))}
        </p>
      )}
    </>
  );
}

function PolicyField(props: {
  allowances: readonly Allowance[];
  value: string;
  choose: (policy: string) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { allowances, value, choose, trans } = props;
  const id = React.useId();
  return (
    <>
      <label htmlFor={id}>{trans.__('More of')}</label>
      <select
        id={id}
        className="jp-Commons-select"
        value={value}
        onChange={event => choose(event.currentTarget.value)}
      >
        {byNearness(allowances).map(each => (
          <option key={each.policy} value={each.policy}>
            {titleOf(each)}
          </option>
        ))}
      </select>
    </>
  );
}
