import { CommonsError } from '@jupyterlab-commons/protocol';
import { FakeHistory, hash, line, repository, row, settle } from './fake-git';

let page: FakeHistory;
beforeEach(() => {
  page = new FakeHistory();
});
afterEach(() => page.model.dispose());

const listed = () => page.model.rows!.rows.map(each => each.subject);
const asked = () => page.git.histories.at(-1)!;

describe('What is asked of the server', () => {
  it('nothing while nobody looks, and nothing more once it is listed', async () => {
    page.model.setPlace({ path: 'work/notes.ipynb', isFile: true });
    await settle();
    expect(page.git.said).toEqual([]);
    page.model.setSeen(true);
    await settle();
    expect(page.git.said).toEqual(['repository work/notes.ipynb', 'history']);
    page.tell();
    await settle();
    expect(page.git.said.length).toBe(2);
    expect(page.watched).toEqual(['work']);
  });

  it('the file first, then the whole repository, without asking where it is again', async () => {
    await page.show();
    expect(asked()).toMatchObject({ repo: 'work', path: 'notes.ipynb' });
    expect(page.model.hasLanes).toBe(false);
    page.model.setScope('repository');
    await settle();
    expect(asked().path).toBeUndefined();
    expect(page.model.hasLanes).toBe(true);
    expect(
      page.git.said.filter(each => each.startsWith('repository')).length
    ).toBe(1);
  });

  it('the repository of a folder, which has no history of its own', async () => {
    page.git.here = repository({ path: 'sub' });
    await page.show('work/sub', false);
    expect(page.model.scope).toBe('repository');
    expect(asked().path).toBeUndefined();
  });

  it('keeps the list of a repository when another of its files is in front', async () => {
    await page.show();
    page.model.setScope('repository');
    page.model.select(hash('a2a'));
    await settle();
    const { rows } = page.model;
    page.git.here = repository({ path: 'other.py' });
    await page.show('work/other.py');
    expect(page.model.rows).toBe(rows);
    expect(page.model.selected).toBe(hash('a2a'));
  });

  it('of one branch by its full name, and of one that cannot be said by its commit', async () => {
    await page.show();
    page.model.setBranch({ kind: 'tag', name: 'v1', hash: hash('f') });
    expect(asked().ref).toBe('refs/tags/v1');
    page.model.setBranch({ kind: 'branch', name: 'a\ufffdb', hash: hash('f') });
    expect(asked().ref).toBe(hash('f'));
    page.model.setBranch(null);
    expect(asked().ref).toBeUndefined();
  });

  it('page after page, as far as there are any', async () => {
    page.git.rows = line(120);
    await page.show();
    expect(listed().length).toBe(50);
    page.model.more();
    page.model.more();
    await settle();
    expect(listed().length).toBe(100);
    page.model.more();
    await settle();
    page.model.more();
    await settle();
    expect(listed().length).toBe(120);
    expect(page.model.rows!.state.kind).toBe('done');
    expect(page.git.histories.length).toBe(3);
  });

  it('an answer to an older question is not listed', async () => {
    let open!: () => void;
    page.git.gate = new Promise(resolve => (open = resolve));
    await page.show();
    page.model.setScope('repository');
    page.git.rows = [row('b')];
    open();
    await settle();
    expect(listed()).toEqual(['Commit b']);
  });
});

describe('Searching', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('waits for a pause in typing, and asks for all parts at once', async () => {
    await page.show();
    page.model.setField('Commit a');
    page.model.setField('Commit a2 author:ana since:2024-01-31');
    expect(page.git.histories.length).toBe(1);
    await jest.advanceTimersByTimeAsync(300);
    expect(page.git.histories.length).toBe(2);
    expect(asked()).toMatchObject({
      text: 'Commit a2',
      author: 'ana',
      path: 'notes.ipynb'
    });
    expect(asked().since).toBe(new Date(2024, 0, 31).getTime());
    expect(listed()).toEqual(['Commit a2a']);
  });

  it('asks nothing while a date is none, and nothing twice', async () => {
    await page.show();
    page.model.setField('since:yesterday');
    await jest.advanceTimersByTimeAsync(300);
    page.model.setField('');
    page.model.searchNow();
    await jest.advanceTimersByTimeAsync(300);
    expect(page.git.histories.length).toBe(1);
  });

  it('says that the server gave up', async () => {
    page.git.end = { stopped: true };
    await page.show();
    expect(page.model.rows!.state.kind).toBe('stopped');
    page.model.more();
    await settle();
    expect(page.git.histories.length).toBe(1);
  });
});

describe('News', () => {
  it('is listed in one go, with the selection and all pages as they were', async () => {
    page.git.rows = line(120);
    await page.show();
    page.model.more();
    await settle();
    page.model.select(hash('a7a'));
    await settle();
    const counts: number[] = [];
    page.model.changed.connect(() => counts.push(listed().length));
    page.git.rows = [row('new', ['a1a']), ...page.git.rows];
    page.tell('refs', 'head');
    await settle();
    expect(listed()[0]).toBe('Commit new');
    expect(Math.min(...counts)).toBe(100);
    expect(page.model.selected).toBe(hash('a7a'));
    expect(page.git.said.filter(each => each.startsWith('commit')).length).toBe(
      1
    );
  });

  it('of the index alone is none of ours', async () => {
    await page.show();
    page.tell('index');
    await settle();
    expect(page.git.said.length).toBe(2);
  });

  it('that cannot be fetched leaves what is listed', async () => {
    await page.show();
    page.git.refusals.set('history', new CommonsError('GIT_BUSY'));
    page.tell('refs');
    await settle();
    expect(listed().length).toBe(3);
    expect(page.model.rows!.state.kind).toBe('done');
  });

  it('that rows come in a better order from now on reads all of them in it', async () => {
    page.git.rows = line(120);
    page.git.end = { order: 'date' };
    await page.show();
    page.git.end = { order: 'topo' };
    page.git.rows = [row('first'), ...line(120)];
    page.model.more();
    await settle();
    expect(listed().slice(0, 2)).toEqual(['Commit first', 'Commit a1a']);
    expect(listed().length).toBeGreaterThan(50);
    expect(page.model.rows!.isMixed).toBe(false);
  });

  it('while it is fetched is fetched after it', async () => {
    await page.show();
    page.tell('refs');
    page.git.rows = [row('late')];
    page.tell('refs');
    await settle();
    expect(listed()).toEqual(['Commit late']);
  });

  it('is not listened to while hidden; coming back looks once', async () => {
    await page.show();
    page.tell();
    page.model.setSeen(false);
    expect(page.open).toBe(0);
    page.git.rows = [row('meanwhile')];
    page.model.setSeen(true);
    expect(page.open).toBe(1);
    page.tell();
    await settle();
    expect(listed()).toEqual(['Commit meanwhile']);
    const { length } = page.git.said;
    page.tell('index');
    await settle();
    expect(page.git.said.length).toBe(length);
  });

  it('of a first commit makes an empty repository a history', async () => {
    page.git.here = repository({ kind: 'empty', head: undefined });
    await page.show();
    expect(page.model.state.kind).toBe('closed');
    page.git.here = repository();
    page.tell('refs', 'head');
    await settle();
    expect(page.model.state.kind).toBe('open');
    expect(listed().length).toBe(3);
  });
});

describe('What fails', () => {
  it('is tried again from where it was', async () => {
    page.git.rows = line(70);
    await page.show();
    page.git.refusals.set('history', new CommonsError('GIT_BUSY'));
    page.model.more();
    await settle();
    expect(page.model.rows!.state.kind).toBe('failed');
    expect(listed().length).toBe(50);
    page.model.retry();
    await settle();
    expect(listed().length).toBe(70);
  });

  it('because the repository has moved begins anew', async () => {
    page.git.rows = line(70);
    await page.show();
    page.git.refusals.set('history', new CommonsError('GIT_MOVED'));
    page.model.more();
    await settle();
    page.git.rows = line(20);
    page.model.retry();
    await settle();
    expect(listed().length).toBe(20);
  });

  it('at the first question is asked again', async () => {
    page.git.refusals.set('repository', new TypeError('no network'));
    await page.show();
    expect(page.model.state.kind).toBe('failed');
    page.model.retry();
    await settle();
    expect(page.model.state.kind).toBe('open');
  });
});

describe('Two commits', () => {
  it('are compared from the older one to the newer one, whichever was first', async () => {
    await page.show();
    page.model.select(hash('a1a'));
    page.model.choose(true);
    page.model.select(hash('a3a'));
    await settle();
    expect(page.git.said.at(-1)).toBe(`commit ${hash('a3a')} ${hash('a1a')}`);
    page.model.select(hash('a3a'), false);
    page.model.select(hash('a2a'), true);
    await settle();
    expect(page.git.said.at(-1)).toBe(`commit ${hash('a3a')} ${hash('a2a')}`);
    expect(page.model.isChoosing).toBe(false);
  });

  it('are not two when the same is chosen again', async () => {
    await page.show();
    page.model.select(hash('a1a'));
    page.model.select(hash('a1a'), true);
    expect(page.model.other).toBeNull();
  });
});
