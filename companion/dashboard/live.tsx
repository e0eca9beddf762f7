import { adminLive, pathOf } from '@jupyterlab-commons/protocol';
import type { Api } from './api.ts';
import { Await, Empty, Said } from './pieces.tsx';
import { Table } from './table.tsx';
import { useLoaded } from './use-loaded.ts';
import { when } from './words.ts';

/** Documents that several people have open now. */
export function LiveView({ api }: { api: Api }) {
  const loaded = useLoaded('live', () =>
    api.get(pathOf('adminLive'), adminLive)
  );
  return (
    <Await loaded={loaded}>
      {({ documents }) =>
        documents.length === 0 ? (
          <Empty>No shared document is open.</Empty>
        ) : (
          <Table
            label="Live sessions"
            head={['Document', 'Owner', 'People', 'Pages', 'Last edit']}
            numbers={[3]}
          >
            {documents.map(each => (
              <tr key={each.id}>
                <th scope="row">
                  <Said text={each.name} />
                </th>
                <td>
                  <Said text={each.owner} />
                </td>
                <td>
                  <Said text={each.people.join(', ')} />
                </td>
                <td class="jp-mod-number">{each.pages}</td>
                <td>
                  {each.changedAt === null ? 'none' : when(each.changedAt)}
                </td>
              </tr>
            ))}
          </Table>
        )
      }
    </Await>
  );
}
