import {
  adminUsers,
  pathOf,
  type AdminUser
} from '@jupyterlab-commons/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Api } from './api.ts';
import { Await, Empty, Field, Meter, Said } from './pieces.tsx';
import { hashOf } from './route.ts';
import { Table } from './table.tsx';
import { useLoaded } from './use-loaded.ts';
import { ago, bytes, number, when } from './words.ts';

const PAGE = 50;
const TYPING_MS = 250;

const filters = [
  ['', 'everybody'],
  ['running', 'who has a server'],
  ['near', 'near a limit'],
  ['over', 'over a limit'],
  ['gpu-idle', 'who holds a GPU idle'],
  ['asked', 'who asks for more']
] as const;

const sorts = [
  ['nearest', 'nearest to a limit'],
  ['user', 'name'],
  ['serverHours', 'server hours'],
  ['cpuHours', 'CPU hours'],
  ['gpuHours', 'GPU hours'],
  ['credits', 'credits'],
  ['memory', 'memory now'],
  ['cpu', 'cores now'],
  ['gpuIdle', 'GPU idle since'],
  ['running', 'servers']
] as const;

type Query = Readonly<Record<string, string>>;

/** Everybody, searched, sorted and cut into pages by the companion. */
export function PeopleView({ api, query }: { api: Api; query: Query }) {
  const sort = query.sort ?? 'nearest';
  const asked = {
    query: query.query ?? '',
    group: query.group ?? '',
    only: query.only ?? '',
    sort,
    order: query.order ?? (sort === 'user' ? 'asc' : 'desc'),
    offset: query.offset ?? '0'
  };
  const loaded = useLoaded(JSON.stringify(asked), () =>
    api.get(pathOf('adminUsers'), adminUsers, { ...asked, limit: PAGE })
  );
  const change = (next: Record<string, string>) => {
    location.hash = hashOf('people', { ...asked, offset: '', ...next });
  };
  return (
    <>
      <Tools asked={asked} change={change} />
      <Await loaded={loaded}>
        {({ at, total, users }) => (
          <>
            {users.length === 0 ? (
              <Empty>Nobody fits.</Empty>
            ) : (
              <People users={users} at={at} />
            )}
            <Pages
              offset={Number(asked.offset)}
              total={total}
              go={offset => change({ offset: String(offset) })}
            />
          </>
        )}
      </Await>
    </>
  );
}

function Tools({
  asked,
  change
}: {
  asked: Record<string, string>;
  change: (next: Record<string, string>) => void;
}) {
  return (
    <form
      class="jp-Commons-Tools"
      role="search"
      onSubmit={event => event.preventDefault()}
    >
      <Search
        value={asked.query ?? ''}
        change={text => change({ query: text })}
      />
      <Field label="Show">
        {id => (
          <select
            id={id}
            value={asked.only}
            onChange={event => change({ only: event.currentTarget.value })}
          >
            {filters.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Sort by">
        {id => (
          <select
            id={id}
            value={asked.sort}
            onChange={event =>
              change({ sort: event.currentTarget.value, order: '' })
            }
          >
            {sorts.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
      <button
        type="button"
        aria-pressed={asked.order === 'asc'}
        onClick={() =>
          change({ order: asked.order === 'asc' ? 'desc' : 'asc' })
        }
      >
        {asked.order === 'asc' ? 'Smallest first' : 'Largest first'}
      </button>
    </form>
  );
}

/** Asks when the typing pauses, so that each letter is not a question. */
function Search({
  value,
  change
}: {
  value: string;
  change: (text: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  const timerRef = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => () => clearTimeout(timerRef.current), []);
  const type = (text: string) => {
    setTyped(text);
    clearTimeout(timerRef.current);
    timerRef.current = setTimeout(() => change(text), TYPING_MS);
  };
  return (
    <Field label="Name or group">
      {id => (
        <input
          id={id}
          type="search"
          maxLength={100}
          value={typed}
          onInput={event => type(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

const head = [
  'Person',
  'Groups',
  'Servers',
  'Nearest limit',
  'Server hours, 30 days',
  'CPU hours',
  'GPU hours',
  'Now, reported',
  'GPUs'
];

function People({ users, at }: { users: AdminUser[]; at: number }) {
  return (
    <Table label="People" head={head} numbers={[4, 5, 6]}>
      {users.map(user => (
        <tr key={user.user}>
          <th scope="row">
            <a href={hashOf('people', {}, user.user)}>
              <Said text={user.user} />
            </a>
            {user.displayName !== user.user && (
              <small>
                {' '}
                <Said text={user.displayName} />
              </small>
            )}
            {user.asked && <small class="jp-Commons-Mark">asks for more</small>}
            {user.stopAt !== null && (
              <small class="jp-Commons-Mark">
                will be stopped {ago(user.stopAt, at)}
              </small>
            )}
          </th>
          <td>
            {user.groups.length === 0 ? (
              'none'
            ) : (
              <Said text={user.groups.join(', ')} />
            )}
          </td>
          <td>
            {user.running > 0
              ? `${user.running} (${user.profiles.join(', ')})`
              : 'none'}
          </td>
          <td>
            {user.nearest === undefined ? (
              'no limit'
            ) : (
              <>
                {user.nearest.title}
                <Meter
                  used={user.nearest.used}
                  limit={user.nearest.limit}
                  label={`${user.nearest.title} of ${user.user}`}
                />
              </>
            )}
          </td>
          <td class="jp-mod-number">{number(user.serverHours)}</td>
          <td class="jp-mod-number">{number(user.cpuHours)}</td>
          <td class="jp-mod-number">{number(user.gpuHours)}</td>
          <td>{nowWords(user)}</td>
          <td>{gpuWords(user)}</td>
        </tr>
      ))}
    </Table>
  );
}

function nowWords({ memoryBytes, cpuCores }: AdminUser): string {
  const parts = [
    ...(memoryBytes === undefined ? [] : [bytes(memoryBytes)]),
    ...(cpuCores === undefined ? [] : [`${number(cpuCores)} cores`])
  ];
  return parts.length === 0 ? 'not reported' : parts.join(', ');
}

function gpuWords({ gpus, gpuBusy, gpuIdleSince }: AdminUser): string {
  if (gpus === undefined) {
    return 'not reported';
  }
  if (gpus === 0) {
    return 'none';
  }
  const idle =
    gpuIdleSince === undefined || gpuIdleSince === null
      ? ''
      : `, idle since ${when(gpuIdleSince)}`;
  const busy =
    gpuBusy === undefined ? '' : `, ${Math.round(gpuBusy * 100)} % at work`;
  return `${gpus}${idle === '' ? busy : idle}`;
}

function Pages({
  offset,
  total,
  go
}: {
  offset: number;
  total: number;
  go: (offset: number) => void;
}) {
  if (total === 0) {
    return null;
  }
  const last = Math.min(offset + PAGE, total);
  return (
    <nav class="jp-Commons-Pages" aria-label="Pages">
      <button
        type="button"
        disabled={offset === 0}
        onClick={() => go(Math.max(offset - PAGE, 0))}
      >
        Earlier
      </button>
      <span role="status">
        {offset + 1} to {last} of {number(total)}
      </span>
      <button
        type="button"
        disabled={last >= total}
        onClick={() => go(offset + PAGE)}
      >
        Later
      </button>
    </nav>
  );
}
