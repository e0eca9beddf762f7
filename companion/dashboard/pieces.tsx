import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Refused } from './api.ts';
import { Table } from './table.tsx';
import type { Loaded } from './use-loaded.ts';
import { number, percentOf, printable } from './words.ts';

/** Draws the answer; while there is none, why. An old answer stays beside the reason. */
export function Await<T>({
  loaded,
  children
}: {
  loaded: Loaded<T>;
  children: (data: T) => ComponentChildren;
}) {
  const { data, error, again } = loaded;
  return (
    <>
      {error && (
        <p class="jp-Commons-Banner" role="status">
          {error.message}{' '}
          {error.code === 'SIGNED_OUT' || error.code === 'SESSION_STALE' ? (
            <button type="button" onClick={() => location.reload()}>
              Sign in again
            </button>
          ) : (
            <button type="button" onClick={again}>
              Try again
            </button>
          )}
        </p>
      )}
      {data === null
        ? error === null && (
            <p class="jp-Commons-Loading" role="status">
              Loading…
            </p>
          )
        : children(data)}
    </>
  );
}

/** How much of a limit is used, as a bar and in words. */
export function Meter({
  used,
  limit,
  label
}: {
  used: number;
  limit: number;
  label: string;
}) {
  const percent = percentOf(used, limit);
  const level = percent >= 100 ? 'over' : percent >= 80 ? 'near' : 'fine';
  return (
    <div class="jp-Commons-Meter" data-level={level}>
      <progress aria-label={label} max={100} value={Math.min(percent, 100)} />
      <span>{percent} %</span>
    </div>
  );
}

export function Tile({
  title,
  value,
  href,
  note
}: {
  title: string;
  value: string;
  href?: string;
  note?: string;
}) {
  const inner = (
    <>
      <span class="jp-Commons-Tile-value">{value}</span>
      <span class="jp-Commons-Tile-title">{title}</span>
      {note && <span class="jp-Commons-Tile-note">{note}</span>}
    </>
  );
  return href === undefined ? (
    <div class="jp-Commons-Tile">{inner}</div>
  ) : (
    <a class="jp-Commons-Tile" href={href}>
      {inner}
    </a>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="jp-Commons-Empty">{children}</p>;
}

/** What a person wrote: text, and never in the way of what stands beside it. */
export function Said({ text }: { text: string }) {
  return <bdi>{printable(text)}</bdi>;
}

export type Bar = { label: string; value: number };

/** One bar a day. Who cannot see it opens the table below. */
export function Bars({ title, bars }: { title: string; bars: Bar[] }) {
  const most = Math.max(...bars.map(({ value }) => value), 0);
  const [width, height] = [bars.length * 12, 80];
  return (
    <figure class="jp-Commons-Bars">
      <figcaption>
        {title} <span>at most {number(most)} a day</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${bars.length} days, at most ${number(most)} a day`}
      >
        {bars.map(({ label, value }, index) => {
          const tall =
            most > 0 ? Math.max((value / most) * height, value > 0 ? 1 : 0) : 0;
          return (
            <rect
              key={label}
              x={index * 12 + 1}
              y={height - tall}
              width={10}
              height={tall}
            >
              <title>{`${label}: ${number(value)}`}</title>
            </rect>
          );
        })}
      </svg>
      <details>
        <summary>As a table</summary>
        <Table label={title} head={['Day', title]} numbers={[1]}>
          {bars.map(({ label, value }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td class="jp-mod-number">{number(value)}</td>
            </tr>
          ))}
        </Table>
      </details>
    </figure>
  );
}

export function Field({
  label,
  hint,
  children
}: {
  label: string;
  hint?: string;
  children: (id: string) => ComponentChildren;
}) {
  const id = useId();
  return (
    <div class="jp-Commons-Field">
      <label for={id}>{label}</label>
      {children(id)}
      {hint && <small>{hint}</small>}
    </div>
  );
}

/**
 * A form in a dialog. `act` rejects with what is wrong, which is shown while
 * everything that was typed stays.
 */
export function FormDialog({
  title,
  verb,
  act,
  onClose,
  children
}: {
  title: string;
  verb: string;
  act: (form: FormData) => Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const heading = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await act(new FormData(event.currentTarget as HTMLFormElement));
      onClose();
    } catch (error) {
      setProblem(
        error instanceof Refused
          ? error.message
          : 'This did not work. Try again.'
      );
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby={heading} onClose={onClose}>
      <form onSubmit={event => void submit(event)}>
        <h2 id={heading}>{title}</h2>
        {children}
        <p class="jp-Commons-Problem" role="alert">
          {problem}
        </p>
        <div class="jp-Commons-Buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class="jp-mod-main" disabled={busy}>
            {verb}
          </button>
        </div>
      </form>
    </dialog>
  );
}
