/** Whom one can share with, and who is found by typing. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { peopleList } from '@jupyterlab-commons/protocol';
import { TestCompanion } from '../http/test-companion.ts';
import { companionOfFour, listOf } from './four-people.ts';

describe('people to share with', () => {
  let commons: TestCompanion;

  beforeEach(async () => {
    commons = await companionOfFour();
  });
  afterEach(() => commons.stop());

  it('only people who exist, own groups, and not the owner', async () => {
    const id = await commons.share('ada');
    const put = async (route: 'putUserShare' | 'putGroupShare', name: string) =>
      (await commons.call('ada', route, { id, name }, { role: 'view' })).code;
    assert.equal(await put('putUserShare', 'nobody'), 'USER_UNKNOWN');
    assert.equal(await put('putUserShare', '<img src=x>'), 'USER_UNKNOWN');
    assert.equal(await put('putUserShare', 'x'.repeat(300)), 'USER_UNKNOWN');
    assert.equal(await put('putUserShare', 'ada'), 'BAD_REQUEST');
    assert.equal(await put('putGroupShare', 'admins'), 'GROUP_UNKNOWN');
    assert.equal(await put('putGroupShare', 'lab'), null);
    assert.deepEqual(await listOf(commons, 'carol'), [id]);
    assert.deepEqual(await listOf(commons, 'dora'), []);
  });

  it('people: whom one shares with and own groups, not the directory', async () => {
    const id = await commons.share('ada');
    const find = async (user: string, q: string) =>
      peopleList(
        (
          await (await commons.signIn(user),
          commons.send('people', {}, { as: user, query: `?q=${q}` }))
        ).body
      );
    assert.deepEqual(await find('ada', 'bo'), { people: [], groups: [] });
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'edit' }
    );
    assert.deepEqual((await find('ada', 'BO')).people, [
      { user: 'bob', displayName: 'Bob' }
    ]);
    assert.deepEqual((await find('ada', 'la')).groups, [{ name: 'lab' }]);
    assert.deepEqual((await find('bob', '')).people, [
      { user: 'ada', displayName: 'Ada L.' }
    ]);
    assert.deepEqual(await find('dora', 'a'), { people: [], groups: [] });
  });
});

describe('the directory, where the admin has opened it', () => {
  it('answers to two typed letters', async () => {
    const commons = await new TestCompanion().start({
      people: { ada: {}, bob: {}, bobby: {} },
      env: { COMMONS_DIRECTORY: '1' }
    });
    try {
      await commons.signIn('ada');
      const find = async (q: string) =>
        (await commons.send('people', {}, { as: 'ada', query: `?q=${q}` })).body
          .people;
      assert.deepEqual(await find('b'), []);
      assert.deepEqual(
        (await find('bob')).map((each: { user: string }) => each.user),
        ['bob', 'bobby']
      );
    } finally {
      await commons.stop();
    }
  });
});
