import {
  adminAudit,
  pathOf,
  type AdminAudit
} from '@jupyterlab-commons/protocol';
import { useState } from 'preact/hooks';
import { Refused, type Api } from './api.ts';
import { Await, Empty, Said } from './pieces.tsx';
import { Table } from './table.tsx';
import { useLoaded } from './use-loaded.ts';
import { when } from './words.ts';

type Entries = AdminAudit['entries'];

/** What was decided and done, newest first; older entries on demand. */
export function AuditView({ api }: { api: Api }) {
  const [older, setOlder] = useState<AdminAudit | null>(null);
  const [problem, setProblem] = useState('');
  const loaded = useLoaded('audit', () =>
    api.get(pathOf('adminAudit'), adminAudit)
  );
  const more = async (before: number) => {
    try {
      const next = await api.get(pathOf('adminAudit'), adminAudit, { before });
      setOlder({
        entries: [...(older?.entries ?? []), ...next.entries],
        more: next.more
      });
      setProblem('');
    } catch (error) {
      setProblem(error instanceof Refused ? error.message : 'Try again.');
    }
  };
  return (
    <Await loaded={loaded}>
      {newest => {
        const entries = joined(newest.entries, older?.entries ?? []);
        const last = entries.at(-1);
        return entries.length === 0 || last === undefined ? (
          <Empty>Nothing has been done yet.</Empty>
        ) : (
          <>
            <Table
              label="Log"
              head={['When', 'Who', 'What', 'About', 'Detail']}
            >
              {entries.map(each => (
                <tr key={each.id}>
                  <td>{when(each.at)}</td>
                  <td>
                    <Said text={each.actor} />
                  </td>
                  <td>{each.action}</td>
                  <td>{each.user === '' ? '' : <Said text={each.user} />}</td>
                  <td>
                    {each.detail === '' ? '' : <Said text={each.detail} />}
                  </td>
                </tr>
              ))}
            </Table>
            <p class="jp-Commons-Problem" role="alert">
              {problem}
            </p>
            {(older ?? newest).more && (
              <button type="button" onClick={() => void more(last.id)}>
                Older
              </button>
            )}
          </>
        );
      }}
    </Await>
  );
}

/** What came since the older ones were asked for may overlap with them. */
function joined(newest: Entries, older: Entries): Entries {
  const known = new Set(newest.map(({ id }) => id));
  return [...newest, ...older.filter(({ id }) => !known.has(id))].sort(
    (a, b) => b.id - a.id
  );
}
