import {
  CoAuthors,
  isPerson,
  type CoAuthorSource
} from '../../../git/commit/co-authors';
import { settle } from '../fake-git';
import { nobody } from './fake-writes';

const FILE = { path: 'live.ipynb', staged: 'changed' as const };
const BO = { name: 'Bo', email: 'bo@example.org' };

/** A live notebook that Ana, Bo and Cleo have edited; Cleo's e-mail is not known. */
function live(change: Partial<CoAuthorSource> = {}) {
  const asked: unknown[] = [];
  const authors = new CoAuthors(
    {
      ...nobody,
      documentOf: (_, path) => (path === FILE.path ? 'id' : null),
      lastCommit: async () => 1234,
      contributors: async (id, since) => {
        asked.push([id, since]);
        return ['ana', 'bo', 'cleo'].map(user => ({
          user,
          displayName: user.toUpperCase()
        }));
      },
      people: async users => {
        asked.push(users);
        return [{ user: 'bo', ...BO }];
      },
      ...change
    },
    () => undefined
  );
  return { authors, asked };
}

describe('Co-authors', () => {
  it('are proposed from who edited since the last commit, without this person', async () => {
    const { authors, asked } = live();
    authors.follow('work', 'head', [FILE]);
    await settle();
    expect(asked).toEqual([
      ['id', 1234],
      ['bo', 'cleo']
    ]);
    expect(authors.proposals).toEqual([
      { user: 'bo', displayName: 'BO', person: BO, isChosen: true },
      { user: 'cleo', displayName: 'CLEO', person: null, isChosen: false }
    ]);
    expect(authors.chosen).toEqual([BO]);
  });

  it('are asked for once, until other files are staged or a commit is made', async () => {
    const { authors, asked } = live();
    authors.follow('work', 'head', [FILE]);
    authors.follow('work', 'head', [FILE]);
    await settle();
    expect(asked).toHaveLength(2);
    authors.follow('work', 'next', [FILE]);
    await settle();
    expect(asked).toHaveLength(4);
    authors.follow('work', 'next', []);
    await settle();
    expect(authors.proposals).toEqual([]);
  });

  it('can be unticked, and others added, until the commit is made', async () => {
    const { authors } = live();
    authors.follow('work', 'head', [FILE]);
    await settle();
    authors.choose('bo', false);
    authors.add({ name: 'Di', email: 'di@example.org' });
    expect(authors.chosen).toEqual([{ name: 'Di', email: 'di@example.org' }]);
    authors.clear();
    expect(authors.chosen).toEqual([BO]);
  });

  it('of no live notebook are nobody, and nobody is asked', async () => {
    const { authors, asked } = live();
    authors.follow('work', 'head', [{ path: 'plain.ipynb' }]);
    await settle();
    expect(authors.state.kind).toBe('none');
    expect(asked).toEqual([]);
  });

  it('that are not known now can be asked for again', async () => {
    let isDown = true;
    const { authors } = live({
      contributors: async () => {
        if (isDown) {
          throw new Error('down');
        }
        return [{ user: 'bo', displayName: 'Bo' }];
      }
    });
    authors.follow('work', 'head', [FILE]);
    await settle();
    expect(authors.state.kind).toBe('failed');
    isDown = false;
    await authors.ask();
    expect(authors.chosen).toEqual([BO]);
  });

  it('of the question before do not come late', async () => {
    let answer: (users: { user: string; displayName: string }[]) => void;
    const { authors } = live({
      contributors: () => new Promise(resolve => (answer = resolve))
    });
    authors.follow('work', 'head', [FILE]);
    await settle();
    authors.follow('work', 'head', []);
    answer!([{ user: 'bo', displayName: 'Bo' }]);
    await settle();
    expect(authors.proposals).toEqual([]);
    expect(authors.state.kind).toBe('none');
  });

  it.each([
    [{ name: '', email: 'a@b' }],
    [{ name: 'A', email: '' }],
    [{ name: 'A <x', email: 'a@b' }],
    [{ name: 'A\nSigned-off-by: X', email: 'a@b' }],
    [{ name: 'A', email: 'a b@c' }],
    [{ name: 'A'.repeat(257), email: 'a@b' }]
  ])('cannot be %j', person => expect(isPerson(person)).toBe(false));

  it('can have any plain name', () =>
    expect(isPerson({ name: 'Zoë Ōta', email: 'z@x.org' })).toBe(true));
});
