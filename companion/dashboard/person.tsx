import {
  pathOf,
  quotaReport,
  type Allowance,
  type PlannedStop,
  type QuotaReport
} from '@jupyterlab-commons/protocol';
import { useState } from 'preact/hooks';
import type { Api } from './api.ts';
import {
  CorrectionForm,
  OverrideForm,
  RequestForm,
  StopForm
} from './person-forms.tsx';
import { Await, Bars, Empty, Meter, Said } from './pieces.tsx';
import { hashOf } from './route.ts';
import { Table } from './table.tsx';
import { useLoaded } from './use-loaded.ts';
import {
  ago,
  number,
  problemWords,
  scopeWords,
  unitOf,
  when,
  windowWords
} from './words.ts';

type Asked =
  | { kind: 'override' | 'correction' | 'request' }
  | { kind: 'stop'; server: string }
  | null;

/** One person: what they use, what holds for them, and what can be done about it. */
export function PersonView({ api, name }: { api: Api; name: string }) {
  const loaded = useLoaded(`person ${name}`, () =>
    api.get(pathOf('adminUser', { name }), quotaReport)
  );
  const [asked, setAsked] = useState<Asked>(null);
  const done = () => {
    setAsked(null);
    loaded.again();
  };
  return (
    <>
      <p>
        <a href={hashOf('people')}>All people</a>
      </p>
      <h2>
        <Said text={name} />
      </h2>
      <Await loaded={loaded}>
        {report => (
          <>
            {report.problems.map(problem => (
              <p class="jp-Commons-Banner" role="status" key={problem}>
                {problemWords(problem)}
              </p>
            ))}
            <Request
              report={report}
              ask={() => setAsked({ kind: 'request' })}
            />
            <Servers
              api={api}
              report={report}
              stop={server => setAsked({ kind: 'stop', server })}
              again={loaded.again}
            />
            <Allowances allowances={report.allowances} />
            <div class="jp-Commons-Buttons">
              <button
                type="button"
                disabled={report.allowances.length === 0}
                onClick={() => setAsked({ kind: 'override' })}
              >
                Give more…
              </button>
              <button
                type="button"
                onClick={() => setAsked({ kind: 'correction' })}
              >
                Correct what was used…
              </button>
            </div>
            <History report={report} />
            {asked !== null && (
              <Form api={api} asked={asked} report={report} onClose={done} />
            )}
          </>
        )}
      </Await>
    </>
  );
}

function Form({
  api,
  asked,
  report,
  onClose
}: {
  api: Api;
  asked: NonNullable<Asked>;
  report: QuotaReport;
  onClose: () => void;
}) {
  switch (asked.kind) {
    case 'override':
      return <OverrideForm api={api} report={report} onClose={onClose} />;
    case 'correction':
      return <CorrectionForm api={api} report={report} onClose={onClose} />;
    case 'request':
      return <RequestForm api={api} report={report} onClose={onClose} />;
    case 'stop':
      return (
        <StopForm
          api={api}
          user={report.user}
          server={asked.server}
          onClose={onClose}
        />
      );
  }
}

function Request({
  report: { asked, at },
  ask
}: {
  report: QuotaReport;
  ask: () => void;
}) {
  return (
    asked && (
      <section class="jp-Commons-Banner" aria-label="Asks for more">
        <p>
          Asks for more of <b>{asked.policy}</b>, {ago(asked.at, at)}:
        </p>
        <blockquote>
          <Said text={asked.message} />
        </blockquote>
        <button type="button" onClick={ask}>
          Answer…
        </button>
      </section>
    )
  );
}

export const serverName = (server: string) =>
  server === '' ? 'default server' : `server ${server}`;

function Servers({
  api,
  report,
  stop,
  again
}: {
  api: Api;
  report: QuotaReport;
  stop: (server: string) => void;
  again: () => void;
}) {
  const { running, stops, at, user } = report;
  if (running.length === 0) {
    return <Empty>No server runs.</Empty>;
  }
  const planned = (server: string) =>
    stops.find(each => each.server === server) ?? null;
  const cancel = async (server: string) => {
    const path =
      server === ''
        ? pathOf('cancelDefaultStop', { user })
        : pathOf('cancelStop', { user, server });
    await api.send('DELETE', path).catch(() => undefined);
    again();
  };
  return (
    <Table
      label="Servers"
      head={['Server', 'Profile', 'Since', 'Takes', 'Stop']}
    >
      {running.map(each => (
        <tr key={each.server}>
          <th scope="row">{serverName(each.server)}</th>
          <td>{each.profile}</td>
          <td>
            {when(each.startedAt)} ({ago(each.startedAt, at)})
          </td>
          <td>
            {number(each.cpu)} cores, {number(each.memoryGib)} GiB,{' '}
            {each.gpus === 0
              ? 'no GPU'
              : `${each.gpus} GPU ${each.gpuModel ?? ''}`}
          </td>
          <td>
            <Stop
              planned={planned(each.server)}
              at={at}
              name={serverName(each.server)}
              stop={() => stop(each.server)}
              cancel={() => void cancel(each.server)}
            />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Stop({
  planned,
  at,
  name,
  stop,
  cancel
}: {
  planned: PlannedStop | null;
  at: number;
  name: string;
  stop: () => void;
  cancel: () => void;
}) {
  return planned === null ? (
    <button type="button" aria-label={`Stop ${name}`} onClick={stop}>
      Stop…
    </button>
  ) : (
    <>
      will be stopped {ago(planned.stopAt, at)}{' '}
      {planned.because === 'admin' && (
        <button
          type="button"
          aria-label={`Do not stop ${name}`}
          onClick={cancel}
        >
          Do not stop
        </button>
      )}
    </>
  );
}

function Allowances({ allowances }: { allowances: Allowance[] }) {
  if (allowances.length === 0) {
    return <Empty>No policy holds for this person.</Empty>;
  }
  return (
    <Table
      label="Limits"
      head={['Policy', 'Used', 'Limit', 'For', 'Free again', 'Used up']}
      numbers={[1, 2]}
    >
      {allowances.map(each => (
        <tr key={each.policy}>
          <th scope="row">
            {each.title} <small>{each.policy}</small>
            <Meter used={each.used} limit={each.limit} label={each.title} />
            {each.override && (
              <small>
                changed by {each.override.by}
                {each.override.until === null
                  ? ''
                  : ` until ${when(each.override.until)}`}
                : <Said text={each.override.reason} />
              </small>
            )}
          </th>
          <td class="jp-mod-number">
            {number(each.used)}
            {each.pool === 'shared' && ` (own ${number(each.own)})`}
          </td>
          <td class="jp-mod-number">
            {number(each.limit)} {unitOf(each.resource)}
          </td>
          <td>
            {windowWords(each.window)}, {scopeWords(each.scope)}
            {each.pool === 'shared' ? ' together' : ''}
          </td>
          <td>{each.freeAt ? when(each.freeAt) : ''}</td>
          <td>{each.endsAt ? when(each.endsAt) : ''}</td>
        </tr>
      ))}
    </Table>
  );
}

function History({ report: { days, notebooks } }: { report: QuotaReport }) {
  return (
    <>
      {days.length > 0 && (
        <section class="jp-Commons-Charts" aria-label="The last 31 days">
          <Bars
            title="Server hours"
            bars={days.map(({ day, serverHours }) => ({
              label: day,
              value: serverHours
            }))}
          />
          <Bars
            title="GPU hours"
            bars={days.map(({ day, gpuHours }) => ({
              label: day,
              value: gpuHours
            }))}
          />
        </section>
      )}
      {notebooks.length > 0 && (
        <>
          <h3>By notebook, as the servers report it</h3>
          <Table
            label="By notebook"
            head={['Notebook', 'Server', 'CPU hours', 'GiB hours', 'GPU hours']}
            numbers={[2, 3, 4]}
          >
            {notebooks.map((each, index) => (
              <tr key={index}>
                <th scope="row">
                  <Said text={each.path ?? each.name} />
                </th>
                <td>{serverName(each.server)}</td>
                <td class="jp-mod-number">{number(each.cpuHours)}</td>
                <td class="jp-mod-number">{number(each.memoryGibHours)}</td>
                <td class="jp-mod-number">{number(each.gpuHours)}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </>
  );
}
