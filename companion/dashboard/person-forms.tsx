import {
  override,
  pathOf,
  quotaResources,
  type QuotaReport,
  type QuotaResource
} from '@jupyterlab-commons/protocol';
import type { Api } from './api.ts';
import { Field, FormDialog, Said } from './pieces.tsx';
import { dayStart, unitOf } from './words.ts';

type FormProps = { api: Api; report: QuotaReport; onClose: () => void };

const DAY_MS = 86_400_000;

/** The end of a chosen day, or null for none. */
function endOf(form: FormData): number | null {
  const day = String(form.get('until') ?? '');
  return day === '' ? null : dayStart(day) + DAY_MS;
}

function MoreFields({ report }: { report: QuotaReport }) {
  const { allowances, asked } = report;
  return (
    <>
      <Field label="Policy">
        {id => (
          <select id={id} name="policy" defaultValue={asked?.policy}>
            {allowances.map(({ policy, title, resource }) => (
              <option key={policy} value={policy}>
                {title} ({unitOf(resource)})
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Change">
        {id => (
          <select id={id} name="kind">
            <option value="extra">add to the limit</option>
            <option value="limit">limit instead</option>
            <option value="exempt">no limit at all</option>
          </select>
        )}
      </Field>
      <Field
        label="Amount"
        hint="In the unit of the policy; not with “no limit”."
      >
        {id => (
          <input
            id={id}
            name="amount"
            type="number"
            min="0"
            step="any"
            defaultValue="1"
          />
        )}
      </Field>
      <Field label="Until, this day included" hint="Empty: until it is ended.">
        {id => <input id={id} name="until" type="date" />}
      </Field>
      <Field
        label="Reason"
        hint="The person reads it, and it stands in the log."
      >
        {id => <input id={id} name="reason" required maxLength={500} />}
      </Field>
    </>
  );
}

async function giveMore(api: Api, user: string, form: FormData): Promise<void> {
  const kind = String(form.get('kind'));
  const amount = Number(form.get('amount'));
  await api.post(
    pathOf('addOverride'),
    {
      policy: String(form.get('policy')),
      scope: { kind: 'user', name: user },
      ...(kind === 'exempt' ? { exempt: true } : { [kind]: amount }),
      until: endOf(form),
      reason: String(form.get('reason'))
    },
    override
  );
}

export function OverrideForm({ api, report, onClose }: FormProps) {
  return (
    <FormDialog
      title={`Give ${report.user} more`}
      verb="Give"
      act={form => giveMore(api, report.user, form)}
      onClose={onClose}
    >
      <MoreFields report={report} />
    </FormDialog>
  );
}

/** Grants what was asked for, or declines it with the same dialog. */
export function RequestForm({ api, report, onClose }: FormProps) {
  const answer = async (form: FormData) => {
    const path = pathOf('answerRequest', { user: report.user });
    if (form.get('answer') === 'decline') {
      await api.send('DELETE', path, { reason: String(form.get('reason')) });
      return;
    }
    await giveMore(api, report.user, form);
    await api.send('POST', path, {});
  };
  return (
    <FormDialog
      title={`Answer ${report.user}`}
      verb="Answer"
      act={answer}
      onClose={onClose}
    >
      <blockquote>
        <Said text={report.asked?.message ?? ''} />
      </blockquote>
      <Field label="Answer">
        {id => (
          <select id={id} name="answer">
            <option value="give">give more, as below</option>
            <option value="decline">decline</option>
          </select>
        )}
      </Field>
      <MoreFields report={report} />
    </FormDialog>
  );
}

export function CorrectionForm({ api, report, onClose }: FormProps) {
  const correct = (form: FormData) =>
    api.send('POST', pathOf('addCorrection'), {
      user: report.user,
      resource: String(form.get('resource')) as QuotaResource,
      amount: Number(form.get('amount')),
      at: dayStart(String(form.get('day'))) + DAY_MS / 2,
      reason: String(form.get('reason'))
    });
  return (
    <FormDialog
      title={`Correct what ${report.user} has used`}
      verb="Correct"
      act={correct}
      onClose={onClose}
    >
      <Field label="What">
        {id => (
          <select id={id} name="resource">
            {quotaResources
              .filter(resource => resource !== 'storage-gib')
              .map(resource => (
                <option key={resource} value={resource}>
                  {unitOf(resource)}
                </option>
              ))}
          </select>
        )}
      </Field>
      <Field
        label="Amount"
        hint="Negative takes off what was counted too much."
      >
        {id => (
          <input id={id} name="amount" type="number" step="any" required />
        )}
      </Field>
      <Field label="Counts for the day">
        {id => <input id={id} name="day" type="date" required />}
      </Field>
      <Field label="Reason">
        {id => <input id={id} name="reason" required maxLength={500} />}
      </Field>
    </FormDialog>
  );
}

export function StopForm({
  api,
  user,
  server,
  onClose
}: {
  api: Api;
  user: string;
  server: string;
  onClose: () => void;
}) {
  const stop = (form: FormData) =>
    api.send('POST', pathOf('planStop'), {
      user,
      server,
      graceSeconds: Math.round(Number(form.get('minutes')) * 60),
      message: String(form.get('message'))
    });
  return (
    <FormDialog
      title={`Stop the ${server === '' ? 'default server' : `server ${server}`} of ${user}`}
      verb="Stop"
      act={stop}
      onClose={onClose}
    >
      <p>
        The person is told at once, with a countdown; open notebooks are saved
        before the end.
      </p>
      <Field label="In how many minutes">
        {id => (
          <input
            id={id}
            name="minutes"
            type="number"
            min="1"
            max="1440"
            defaultValue="10"
            required
          />
        )}
      </Field>
      <Field label="Message">
        {id => <input id={id} name="message" required maxLength={500} />}
      </Field>
    </FormDialog>
  );
}
