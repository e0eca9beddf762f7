import {
  adminOverview,
  adminPolicies,
  pathOf,
  policyTried,
  type Decoded
} from '@jupyterlab-commons/protocol';
import { useState } from 'preact/hooks';
import { Refused, type Api } from './api.ts';
import { Await, Empty, Field } from './pieces.tsx';
import { hashOf } from './route.ts';
import { Table } from './table.tsx';
import { useLoaded } from './use-loaded.ts';
import {
  number,
  scopeWords,
  thresholdWords,
  unitOf,
  when,
  windowWords
} from './words.ts';

type Policies = Decoded<typeof adminPolicies>['policies'];
type Tried = Decoded<typeof policyTried>;
type Problems = Tried['problems'];

/** The policies in force, the state of their file, and a way to try another. */
export function PoliciesView({ api }: { api: Api }) {
  const file = useLoaded('policy file', async () => {
    const overview = await api.get(pathOf('adminOverview'), adminOverview);
    return overview.policyFile;
  });
  const loaded = useLoaded('policies', () =>
    api.get(pathOf('adminPolicies'), adminPolicies)
  );
  return (
    <>
      <Await loaded={file}>
        {({ kind, loadedAt, problems }) => (
          <>
            {kind === 'none' && (
              <Empty>There is no file of policies (COMMONS_QUOTA_FILE).</Empty>
            )}
            {kind === 'ok' && loadedAt !== null && (
              <p class="jp-Commons-Note">Read {when(loadedAt)}.</p>
            )}
            {kind === 'ok' && problems.length > 0 && (
              <section class="jp-Commons-Banner">
                <p>The file is in force; look at this:</p>
                <Mistakes problems={problems} />
              </section>
            )}
            {kind === 'broken' && (
              <section class="jp-Commons-Banner">
                <p>The file cannot be used; the one before holds.</p>
                <Mistakes problems={problems} />
              </section>
            )}
          </>
        )}
      </Await>
      <Await loaded={loaded}>
        {({ policies }) =>
          policies.length === 0 ? (
            <Empty>No policy is in force.</Empty>
          ) : (
            <PolicyTable policies={policies} />
          )
        }
      </Await>
      <Trial api={api} />
    </>
  );
}

function Mistakes({ problems }: { problems: Problems }) {
  return (
    <ul>
      {problems.map(({ line, message }, index) => (
        <li key={index}>
          {line > 0 ? `Line ${line}: ` : ''}
          {message}
        </li>
      ))}
    </ul>
  );
}

function PolicyTable({ policies }: { policies: Policies }) {
  return (
    <Table
      label="Policies"
      head={['Policy', 'Limit', 'For', 'Steps', 'People', 'Near', 'Over']}
      numbers={[4, 5, 6]}
    >
      {policies.map(each => (
        <tr key={each.policy}>
          <th scope="row">
            {each.title} <small>{each.policy}</small>
          </th>
          <td>
            {number(each.limit)} {unitOf(each.resource)}
            {each.gpu === undefined ? '' : ` of ${each.gpu}`}{' '}
            {windowWords(each.window)}
          </td>
          <td>
            {scopeWords(each.scope)}
            {each.pool === 'shared' ? ' together' : ''}
          </td>
          <td>{each.thresholds.map(thresholdWords).join('; ')}</td>
          <td class="jp-mod-number">{number(each.people)}</td>
          <td class="jp-mod-number">{number(each.near)}</td>
          <td class="jp-mod-number">{number(each.over)}</td>
        </tr>
      ))}
    </Table>
  );
}

/** Says what a file would do; nothing of it happens. */
function Trial({ api }: { api: Api }) {
  const [text, setText] = useState('');
  const [tried, setTried] = useState<Tried | null>(null);
  const [problem, setProblem] = useState('');
  const run = async (event: SubmitEvent) => {
    event.preventDefault();
    setProblem('');
    try {
      setTried(await api.post(pathOf('tryPolicies'), { text }, policyTried));
    } catch (error) {
      setTried(null);
      setProblem(error instanceof Refused ? error.message : 'Try again.');
    }
  };
  return (
    <section aria-labelledby="trial">
      <h2 id="trial">Try a file</h2>
      <form onSubmit={event => void run(event)}>
        <Field
          label="Policies (YAML or JSON)"
          hint="Nothing changes: it is said who would be over a limit."
        >
          {id => (
            <textarea
              id={id}
              rows={10}
              spellcheck={false}
              required
              maxLength={200_000}
              value={text}
              onInput={event => setText(event.currentTarget.value)}
            />
          )}
        </Field>
        <button type="submit">Try</button>
      </form>
      <p class="jp-Commons-Problem" role="alert">
        {problem}
      </p>
      {tried !== null && <Outcome tried={tried} />}
    </section>
  );
}

function Outcome({
  tried: { problems, newlyOver, noLongerOver, moreOver }
}: {
  tried: Tried;
}) {
  if (problems.length > 0) {
    return (
      <div role="status">
        <p>This file could not be used:</p>
        <Mistakes problems={problems} />
      </div>
    );
  }
  return (
    <div role="status">
      <p>
        This file is good.{' '}
        {newlyOver.length === 0
          ? 'Nobody more would be over a limit.'
          : `${number(newlyOver.length + moreOver)} would be over a limit who are not now.`}
      </p>
      {newlyOver.length > 0 && (
        <Table label="Newly over" head={['Person', 'Policy', 'Used', 'Limit']}>
          {newlyOver.map(({ user, policy, used, limit }) => (
            <tr key={`${user} ${policy}`}>
              <th scope="row">
                <a href={hashOf('people', {}, user)}>{user}</a>
              </th>
              <td>{policy}</td>
              <td class="jp-mod-number">{number(used)}</td>
              <td class="jp-mod-number">{number(limit)}</td>
            </tr>
          ))}
        </Table>
      )}
      {noLongerOver.length > 0 && (
        <p>
          No longer over:{' '}
          {noLongerOver
            .map(({ user, policy }) => `${user} (${policy})`)
            .join(', ')}
        </p>
      )}
    </div>
  );
}
