import type { Contributors, GitPeople } from '@jupyterlab-commons/protocol';
import { ServerConnection } from '@jupyterlab/services';
import { contributorsOf, namedPeople } from '../../client/co-authors';
import type { ICompanion } from '../../tokens';
import contributors from '../../../protocol/fixtures/contributors.json';
import people from '../../../protocol/fixtures/git-people.json';

/** A server that gives one answer, and what it was asked. */
function serverOf(text: string, status = 200) {
  const asked: URL[] = [];
  const settings = ServerConnection.makeSettings({
    baseUrl: 'http://localhost/user/ada/',
    fetch: async request => {
      asked.push(new URL((request as Request).url));
      return {
        status,
        ok: status === 200,
        text: async () => text
      } as Response;
    }
  });
  return { asked, settings };
}

it('who has edited a document since a moment is asked of the companion', async () => {
  const call = jest.fn(async (_: string, { answer }) => answer(contributors));
  const companion = { call } as unknown as ICompanion;
  const found = await contributorsOf(companion, 'abc', 1700.5);
  expect(found).toEqual((contributors as Contributors).contributors);
  const [route, { parts, query }] = call.mock.calls[0]!;
  expect([route, parts, query]).toEqual([
    'contributors',
    { id: 'abc' },
    { since: '1700' }
  ]);
});

it('every name is asked for as it is, and nobody in vain', async () => {
  const { asked, settings } = serverOf(JSON.stringify(people));
  const names = ['bo', 'Zoë', 'a&user=eve\n'];
  expect(await namedPeople(settings, names)).toEqual(
    (people as GitPeople).people
  );
  expect(asked[0]!.pathname).toBe('/user/ada/commons/git/people');
  expect(asked[0]!.searchParams.getAll('user')).toEqual(names);
  expect(await namedPeople(settings, [])).toEqual([]);
  expect(asked).toHaveLength(1);
});

it('a refusal and an answer of another version are told by their code', async () => {
  const refusal = JSON.stringify({ error: { code: 'BAD_REQUEST' } });
  await expect(
    namedPeople(serverOf(refusal, 400).settings, ['bo'])
  ).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  const other = serverOf(JSON.stringify({ people: [{ user: 'bo' }] }));
  await expect(namedPeople(other.settings, ['bo'])).rejects.toMatchObject({
    code: 'PAGE_TOO_OLD'
  });
});
