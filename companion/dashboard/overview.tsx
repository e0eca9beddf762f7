import {
  adminOverview,
  pathOf,
  type AdminOverview
} from '@jupyterlab-commons/protocol';
import type { Api } from './api.ts';
import { ExportButton } from './export.tsx';
import { Await, Bars, Empty, Tile } from './pieces.tsx';
import { hashOf } from './route.ts';
import { useLoaded } from './use-loaded.ts';
import { ago, bytes, number, when } from './words.ts';

/** Sums of everything, what is wrong, and the ways to the rest. */
export function OverviewView({ api }: { api: Api }) {
  const loaded = useLoaded('overview', () =>
    api.get(pathOf('adminOverview'), adminOverview)
  );
  return (
    <Await loaded={loaded}>
      {overview => (
        <>
          <Warnings overview={overview} />
          <Tiles overview={overview} />
          <Days overview={overview} />
          <ExportButton api={api} />
          <p class="jp-Commons-Note">
            {overview.sees.all
              ? 'You see everybody.'
              : `You see the members of ${overview.sees.groups.join(', ')}.`}{' '}
            As of {when(overview.at)}.
          </p>
        </>
      )}
    </Await>
  );
}

function Warnings({ overview }: { overview: AdminOverview }) {
  const { hubAwaySince, policyFile, at } = overview;
  return (
    <>
      {hubAwaySince !== null && (
        <p class="jp-Commons-Banner" role="status">
          The hub has not answered since {when(hubAwaySince)} (
          {ago(hubAwaySince, at)}). Servers are shown as they were last seen.
        </p>
      )}
      {policyFile.kind === 'broken' && (
        <p class="jp-Commons-Banner" role="status">
          The file of policies cannot be used, and the one before holds:{' '}
          {policyFile.problems.length}{' '}
          {policyFile.problems.length === 1 ? 'mistake' : 'mistakes'}.{' '}
          <a href={hashOf('policies')}>Which ones</a>
        </p>
      )}
      {policyFile.kind === 'none' && (
        <Empty>
          There are no policies: use is recorded, and nobody is limited. Name a
          file in COMMONS_QUOTA_FILE to change that.
        </Empty>
      )}
    </>
  );
}

function Tiles({ overview }: { overview: AdminOverview }) {
  const people = (only: string) => hashOf('people', { only });
  return (
    <section class="jp-Commons-Tiles" aria-label="Now">
      <Tile
        title="servers run"
        value={number(overview.running)}
        note={`${number(overview.people)} people`}
        href={people('running')}
      />
      <Tile
        title="report nothing"
        value={number(overview.silent)}
        note={`${number(overview.linked)} are linked`}
      />
      <Tile
        title="near a limit"
        value={number(overview.near)}
        href={people('near')}
      />
      <Tile
        title="over a limit"
        value={number(overview.over)}
        note={
          (overview.stopsFailing ?? 0) > 0
            ? `${number(overview.stopsFailing ?? 0)} cannot be stopped, see the audit log`
            : overview.stopping > 0
              ? `${number(overview.stopping)} will be stopped`
              : undefined
        }
        href={people('over')}
      />
      <Tile
        title="ask for more"
        value={number(overview.asked)}
        href={people('asked')}
      />
      <Tile
        title="GPUs held idle"
        value={number(overview.gpusIdle)}
        note={`of ${number(overview.gpusHeld)} held`}
        href={people('gpu-idle')}
      />
      <Tile
        title="memory in use, reported"
        value={bytes(overview.memoryBytes)}
      />
      <Tile title="cores at work, reported" value={number(overview.cpuCores)} />
      <Tile
        title="live documents"
        value={number(overview.liveDocuments)}
        href={hashOf('live')}
      />
    </section>
  );
}

function Days({ overview: { days } }: { overview: AdminOverview }) {
  if (days.length === 0) {
    return <Empty>Nothing has been used in the last 31 days.</Empty>;
  }
  const bars = (key: 'serverHours' | 'cpuHours' | 'gpuHours') =>
    days.map(day => ({ label: day.day, value: day[key] }));
  return (
    <section class="jp-Commons-Charts" aria-label="The last 31 days">
      <Bars title="Server hours" bars={bars('serverHours')} />
      <Bars title="CPU hours" bars={bars('cpuHours')} />
      <Bars title="GPU hours" bars={bars('gpuHours')} />
    </section>
  );
}
