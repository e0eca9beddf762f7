import {
  overrideList,
  pathOf,
  type Override
} from '@jupyterlab-commons/protocol';
import { useState } from 'preact/hooks';
import { Refused, type Api } from './api.ts';
import { Await, Empty, Said } from './pieces.tsx';
import { Table } from './table.tsx';
import { useLoaded } from './use-loaded.ts';
import { number, scopeWords, when } from './words.ts';

/** Every change of somebody's limit that holds. They are made at a person. */
export function OverridesView({ api }: { api: Api }) {
  const loaded = useLoaded('overrides', () =>
    api.get(pathOf('adminOverrides'), overrideList)
  );
  const [problem, setProblem] = useState('');
  const end = async (id: string) => {
    try {
      await api.send('DELETE', pathOf('endOverride', { id }));
      setProblem('');
    } catch (error) {
      setProblem(error instanceof Refused ? error.message : 'Try again.');
    }
    loaded.again();
  };
  return (
    <>
      <p class="jp-Commons-Problem" role="alert">
        {problem}
      </p>
      <Await loaded={loaded}>
        {({ overrides }) =>
          overrides.length === 0 ? (
            <Empty>Nobody has been given more. Open a person to do that.</Empty>
          ) : (
            <Table
              label="Overrides"
              head={['For', 'Policy', 'Change', 'Until', 'By', 'Reason', '']}
            >
              {overrides.map(each => (
                <tr key={each.id}>
                  <th scope="row">
                    <Said text={scopeWords(each.scope)} />
                  </th>
                  <td>{each.policy}</td>
                  <td>{changeWords(each)}</td>
                  <td>
                    {each.until === null ? 'it is ended' : when(each.until)}
                  </td>
                  <td>
                    {each.by}, {when(each.at)}
                  </td>
                  <td>
                    <Said text={each.reason} />
                  </td>
                  <td>
                    <button
                      type="button"
                      aria-label={`End the override of ${each.policy} for ${scopeWords(each.scope)}`}
                      onClick={() => void end(each.id)}
                    >
                      End
                    </button>
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Await>
    </>
  );
}

function changeWords({ extra, limit }: Override): string {
  if (extra !== undefined) {
    return `+ ${number(extra)}`;
  }
  return limit === undefined ? 'no limit' : `limit ${number(limit)}`;
}
