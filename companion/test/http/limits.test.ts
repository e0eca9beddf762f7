/** How much and how fast: rules L. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rate } from '../../src/http/rate.ts';
import { Uploads } from '../../src/http/uploads.ts';
import { TestClock } from '../rooms/test-clock.ts';
import { refusedWith } from '../refused-with.ts';
import { TestCompanion } from './test-companion.ts';

describe('L the pace of calls', () => {
  it('takes a third of a minute at once, then one after the other, and forgets who rests', () => {
    const rate = new Rate(60);
    for (let call = 0; call < 20; call++) {
      rate.take('ada', 0);
    }
    assert.throws(() => rate.take('ada', 0), refusedWith('TOO_FAST'));
    rate.take('bob', 0);
    assert.throws(() => rate.take('ada', 999), refusedWith('TOO_FAST'));
    rate.take('ada', 1000);
    rate.take('carol', 120_000);
    assert.equal(rate.size, 1);
  });
});

describe('L a person who calls too fast', () => {
  it('is told to wait and when, and others are not', async () => {
    const commons = await new TestCompanion().start({
      people: { ada: {}, bob: {} },
      env: { COMMONS_REQUESTS_PER_MINUTE: '30' }
    });
    try {
      await commons.signIn('ada');
      const answers = [];
      for (let call = 0; call < 11; call++) {
        answers.push(await commons.call('ada', 'listDocuments'));
      }
      assert.deepEqual(
        answers.map(({ status }) => status),
        [...Array(10).fill(200), 429]
      );
      assert.equal(answers[10]?.headers['retry-after'], '2');
      assert.equal((await commons.call('bob', 'listDocuments')).status, 200);
      commons.clock.advance(2000);
      assert.equal((await commons.call('ada', 'listDocuments')).status, 200);
    } finally {
      await commons.stop();
    }
  });
});

describe('L uploads', () => {
  const make = (clock = new TestClock()) => ({
    clock,
    uploads: new Uploads({
      clock,
      chunkBytes: 4,
      mostBytes: 100,
      totalBytes: 150
    })
  });

  it('come in chunks and are whole, or refused', () => {
    const { uploads } = make();
    const { upload, chunks } = uploads.create('ada', 6);
    assert.equal(chunks, 2);
    const put = (index: string, text: string, user = 'ada') =>
      uploads.put(user, upload, index, Buffer.from(text));
    assert.throws(() => put('1', 'ef'), refusedWith('BAD_REQUEST'));
    assert.throws(() => put('0', 'abc'), refusedWith('BAD_REQUEST'));
    assert.throws(() => put('0', 'abcd', 'eve'), refusedWith('BAD_REQUEST'));
    for (const index of ['-1', '0.5', 'x', '1e1', '99999999']) {
      assert.throws(() => put(index, 'abcd'), refusedWith('BAD_REQUEST'));
    }
    put('0', 'xxxx');
    put('0', 'abcd');
    assert.throws(
      () => uploads.take('ada', upload),
      refusedWith('BAD_REQUEST')
    );
    put('1', 'ef');
    assert.throws(() => put('2', ''), refusedWith('BAD_REQUEST'));
    assert.throws(
      () => uploads.take('eve', upload),
      refusedWith('BAD_REQUEST')
    );
    assert.equal(uploads.take('ada', upload), 'abcdef');
    assert.throws(
      () => uploads.take('ada', upload),
      refusedWith('BAD_REQUEST'),
      'it is gone'
    );
  });

  it('are bounded for each, for one person, for all, and in time', () => {
    const { uploads, clock } = make();
    assert.throws(() => uploads.create('ada', 101), refusedWith('TOO_LARGE'));
    uploads.create('ada', 100);
    assert.throws(() => uploads.create('bob', 51), refusedWith('TOO_MANY'));
    uploads.create('ada', 10);
    uploads.create('ada', 10);
    assert.throws(() => uploads.create('ada', 1), refusedWith('TOO_MANY'));
    clock.advance(10 * 60_000);
    uploads.create('ada', 100);
  });

  it('that are not UTF-8 are no document', () => {
    const { uploads } = make();
    const { upload } = uploads.create('ada', 1);
    uploads.put('ada', upload, '0', Buffer.from([0xff]));
    assert.throws(
      () => uploads.take('ada', upload),
      refusedWith('FILE_UNSHAREABLE')
    );
  });
});
