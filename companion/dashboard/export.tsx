import { pathOf } from '@jupyterlab-commons/protocol';
import { useState } from 'preact/hooks';
import { Refused, type Api } from './api.ts';
import { Field, FormDialog } from './pieces.tsx';

const DAY_MS = 86_400_000;
const dayOf = (at: number) => {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 10);
};

const lastMonth = () => {
  const now = Date.now();
  return { today: dayOf(now), first: dayOf(now - 30 * DAY_MS) };
};

/** Use of a stretch of days as a file for a spreadsheet. */
export function ExportButton({ api }: { api: Api }) {
  const [open, setOpen] = useState(false);
  const [{ today, first }] = useState(lastMonth);
  const save = async (form: FormData) => {
    const [from, to] = [String(form.get('from')), String(form.get('to'))];
    if (from > to) {
      throw new Refused(
        'BAD_REQUEST',
        'The first day must not be after the last.'
      );
    }
    const query = new URLSearchParams({
      from,
      to,
      by: String(form.get('by'))
    });
    offer(
      await api.file(`${pathOf('usageCsv')}?${query}`),
      `usage-${from}-${to}.csv`
    );
  };
  return (
    <p>
      <button type="button" onClick={() => setOpen(true)}>
        Export as CSV…
      </button>
      {open && (
        <FormDialog
          title="Export use"
          verb="Export"
          act={save}
          onClose={() => setOpen(false)}
        >
          <Field label="From">
            {id => (
              <input
                id={id}
                name="from"
                type="date"
                required
                max={today}
                defaultValue={first}
              />
            )}
          </Field>
          <Field label="To, this day included">
            {id => (
              <input
                id={id}
                name="to"
                type="date"
                required
                max={today}
                defaultValue={today}
              />
            )}
          </Field>
          <Field label="One row for each">
            {id => (
              <select id={id} name="by">
                <option value="day">person and day</option>
                <option value="run">run of a server</option>
              </select>
            )}
          </Field>
        </FormDialog>
      )}
    </p>
  );
}

function offer(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
