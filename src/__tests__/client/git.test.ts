import { ServerConnection } from '@jupyterlab/services';
import { gitHistoryLine, type GitRow } from '@jupyterlab-commons/protocol';
import { GitCalls } from '../../client/git';
import { readJsonLines } from '../../client/git-stream';
import { repository, row } from '../git/fake-git';

const bytes = (text: string) => new TextEncoder().encode(text);
const end = JSON.stringify({ end: { order: 'date', cursor: 'c' } });
const told = (each: GitRow) => JSON.stringify({ row: each });

/** A body that comes in these pieces; says whether its reader went away. */
function bodyOf(...pieces: Uint8Array[]) {
  const state = { cancelled: false };
  const reader = {
    read: async () => ({ done: pieces.length === 0, value: pieces.shift() }),
    cancel: async () => void (state.cancelled = true)
  };
  const body = {
    getReader: () => reader
  } as unknown as ReadableStream<Uint8Array>;
  return { body, state };
}

/** A server that gives one answer, and what it was asked. */
function serverOf(answer: {
  status?: number;
  text?: string;
  body?: ReadableStream<Uint8Array>;
}) {
  const asked: Request[] = [];
  const status = answer.status ?? 200;
  const settings = ServerConnection.makeSettings({
    baseUrl: 'http://localhost/user/ada/',
    token: 'page token',
    fetch: async request => {
      asked.push(request as Request);
      return {
        status,
        ok: status === 200,
        body: answer.body,
        text: async () => answer.text ?? ''
      } as Response;
    }
  });
  return { asked, calls: new GitCalls(settings) };
}

describe('A stream of rows', () => {
  it('is taken piece by piece, also when a piece ends inside of a letter', async () => {
    const whole = bytes(
      `${told(row('a', [], { subject: 'Größe' }))}\n${told(row('b'))}\n${end}\n`
    );
    const cut = whole.indexOf(0xc3) + 1;
    const { body } = bodyOf(whole.slice(0, cut), whole.slice(cut));
    const { calls, asked } = serverOf({ body });
    const taken: string[][] = [];
    const last = await calls.history(
      'wo rk',
      { path: 'a&b.py', limit: 50 },
      rows => taken.push(rows.map(each => each.subject))
    );
    expect(taken).toEqual([['Größe', 'Commit b']]);
    expect(last).toEqual({ order: 'date', cursor: 'c' });
    const url = new URL(asked[0]!.url);
    expect(url.pathname).toBe('/user/ada/commons/git/history');
    expect(url.searchParams.get('repo')).toBe('wo rk');
    expect(url.searchParams.get('path')).toBe('a&b.py');
    expect(url.searchParams.has('after')).toBe(false);
  });

  it('that ends with a refusal is refused, after its rows', async () => {
    const error = JSON.stringify({ error: { code: 'GIT_MOVED' } });
    const { body, state } = bodyOf(bytes(`${told(row('a'))}\n${error}\n`));
    const taken: GitRow[] = [];
    await expect(
      serverOf({ body }).calls.history('', {}, rows => taken.push(...rows))
    ).rejects.toMatchObject({ code: 'GIT_MOVED' });
    expect(taken.length).toBe(1);
    expect(state.cancelled).toBe(true);
  });

  it('that is cut off is not taken for its end', async () => {
    const { body } = bodyOf(bytes(`${told(row('a'))}\n`));
    await expect(
      serverOf({ body }).calls.history('', {}, () => undefined)
    ).rejects.toMatchObject({ code: 'GIT_FAILED' });
  });

  it.each(['{"row":', '[]x', '{"row":{"hash":1}}'])(
    'of "%s" is of another version',
    async text => {
      const { body, state } = bodyOf(bytes(`${text}\n`));
      await expect(
        readJsonLines(body, gitHistoryLine, () => undefined)
      ).rejects.toMatchObject({ code: 'PAGE_TOO_OLD' });
      expect(state.cancelled).toBe(true);
    }
  );

  it('without a line break does not fill the memory', async () => {
    const piece = bytes('x'.repeat(1_000_000));
    const { body } = bodyOf(...Array.from({ length: 9 }, () => piece));
    await expect(
      readJsonLines(body, gitHistoryLine, () => undefined)
    ).rejects.toMatchObject({ code: 'PAGE_TOO_OLD' });
  });

  it('takes subjects and names at their longest, of letters that count twice', async () => {
    const subject = '🎉'.repeat(300);
    const author = { name: '🎉'.repeat(256), email: 'x' };
    const { body } = bodyOf(
      bytes(`${told(row('a', [], { subject, author }))}\n${end}`)
    );
    const taken: GitRow[] = [];
    await serverOf({ body }).calls.history('', {}, rows => taken.push(...rows));
    expect(taken[0]!.subject).toBe(subject);
  });
});

describe('A call', () => {
  it('is refused as the server says', async () => {
    const text = JSON.stringify({
      error: { code: 'GIT_BUSY', message: '', detail: 'why' }
    });
    const { calls } = serverOf({ status: 503, text });
    await expect(calls.repository('a')).rejects.toMatchObject({
      code: 'GIT_BUSY',
      detail: 'why'
    });
  });

  it('to a server without these routes says so', async () => {
    const { calls } = serverOf({ status: 404, text: '<html>' });
    await expect(calls.refs('', '')).rejects.toMatchObject({
      code: 'NO_ROUTE'
    });
  });

  it('whose answer cannot be read is of another version', async () => {
    const { calls } = serverOf({ text: '{"kind":"odd"}' });
    await expect(calls.repository('a')).rejects.toMatchObject({
      code: 'PAGE_TOO_OLD'
    });
  });

  it('for trust sends exactly what was seen', async () => {
    const { calls, asked } = serverOf({ text: JSON.stringify(repository()) });
    const programs = [
      { key: 'core.pager', value: 'x', scope: 'local' as const }
    ];
    await calls.trust('work', true, programs);
    expect(asked[0]!.method).toBe('POST');
    expect(await asked[0]!.json()).toEqual({
      repo: 'work',
      trusted: true,
      programs
    });
  });
});
