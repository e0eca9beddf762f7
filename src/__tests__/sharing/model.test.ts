import { CommonsError } from '@jupyterlab-commons/protocol';
import { ShareModel } from '../../sharing/model';
import type { IPlainFile } from '../../sharing/share-state';
import {
  documentInfo,
  DOCUMENT_ID,
  FakeCompanion,
  FakeDocuments,
  guestDocument,
  now,
  trans
} from '../ui/fakes';

const bob = {
  kind: 'users' as const,
  name: 'bob',
  displayName: 'Bob',
  role: 'view' as const,
  expiresAt: null
};

/** A file whose way to a live document is written down. */
class FakeFile implements IPlainFile {
  readonly name = 'analysis.ipynb';
  readonly type = 'notebook';
  readonly steps: string[] = [];
  failure: Error | null = null;

  async goLive(): Promise<string> {
    this.steps.push('goLive');
    if (this.failure) {
      const failure = this.failure;
      this.failure = null;
      throw failure;
    }
    return DOCUMENT_ID;
  }
  async showLive(id: string): Promise<void> {
    this.steps.push(`showLive ${id}`);
  }
}

function modelOf(target: 'file' | 'live' = 'file') {
  const companion = new FakeCompanion();
  const documents = new FakeDocuments();
  const file = new FakeFile();
  const stopped: string[] = [];
  const model = new ShareModel({
    companion,
    documents,
    trans,
    now,
    stop: async ({ id }) => void stopped.push(id),
    target:
      target === 'file' ? { file } : { id: DOCUMENT_ID, name: 'analysis.ipynb' }
  });
  return { companion, documents, file, model, stopped };
}

describe('A plain file', () => {
  it('nothing happens before Share: choosing people calls nobody', async () => {
    const { companion, file, model } = modelOf();
    await model.load();
    await model.invite(bob);
    await model.setLink('view');
    expect(model.invitations).toHaveLength(1);
    expect(companion.calls).toEqual([]);
    expect(file.steps).toEqual([]);
  });

  it('Share makes it live, shows it, lets everybody in, then lists them', async () => {
    const { companion, file, model } = modelOf();
    await model.invite({
      ...bob,
      role: 'edit',
      expiresAt: '2026-03-17T12:00:00.000Z'
    });
    await model.invite({
      ...bob,
      kind: 'groups',
      name: 'physics',
      displayName: 'physics'
    });
    await model.setLink('view');
    await model.share();
    expect(file.steps).toEqual(['goLive', `showLive ${DOCUMENT_ID}`]);
    expect(companion.said).toEqual([
      `PUT api/documents/${DOCUMENT_ID}/shares/users/bob`,
      `PUT api/documents/${DOCUMENT_ID}/shares/groups/physics`,
      `PUT api/documents/${DOCUMENT_ID}/shares/link`,
      `GET api/documents/${DOCUMENT_ID}`,
      `GET api/documents/${DOCUMENT_ID}/shares`
    ]);
    expect(companion.calls[0]!.body).toEqual({
      role: 'edit',
      expiresAt: '2026-03-17T12:00:00.000Z'
    });
    expect(model.state.kind).toBe('manage');
    expect(model.invitations).toEqual([]);
    expect(model.news).toBe('analysis.ipynb is shared.');
    expect(model.link).toContain(DOCUMENT_ID);
  });

  it('an absent server is told in words, and Retry goes on from there', async () => {
    const { file, model } = modelOf();
    await model.invite(bob);
    file.failure = new CommonsError('LINK_ABSENT');
    await model.share();
    expect(model.state.kind).toBe('choose');
    expect(model.problem?.text).toContain("owner's server is not connected");
    expect(model.problem?.retry).toBe(true);
    await model.retry();
    expect(model.problem).toBeNull();
    expect(model.state.kind).toBe('manage');
    expect(file.steps).toEqual(['goLive', 'goLive', `showLive ${DOCUMENT_ID}`]);
  });

  it('what is live already is not made live again by a retry', async () => {
    const { companion, file, model } = modelOf();
    await model.invite(bob);
    companion.refuse('putUserShare', new CommonsError('HUB_ABSENT'));
    await model.share();
    expect(model.problem?.retry).toBe(true);
    await model.retry();
    expect(file.steps.filter(each => each === 'goLive')).toHaveLength(1);
    expect(companion.shares.map(each => each.name)).toEqual(['bob']);
  });

  it('an unknown name does not stop the others and keeps its reason', async () => {
    const { companion, model } = modelOf();
    await model.invite({ ...bob, name: 'bbo', displayName: 'bbo' });
    await model.invite(bob);
    await model.share();
    expect(companion.shares.map(each => each.name)).toEqual(['bob']);
    expect(model.invitations.map(each => each.name)).toEqual(['bbo']);
    expect(model.invitations[0]!.problem).toContain('Check the spelling');
    expect(model.news).toContain('1 invitation did not work');
  });

  it('an invitation that was refused can be tried again', async () => {
    const { companion, model } = modelOf();
    await model.invite({ ...bob, name: 'dan', displayName: 'dan' });
    await model.share();
    companion.people.push('dan');
    await model.inviteAgain(model.invitations[0]!);
    expect(model.invitations).toEqual([]);
    expect(companion.shares.map(each => each.name)).toEqual(['dan']);
  });
});

describe('Names', () => {
  it('nobody, oneself and somebody listed are refused beside the field', async () => {
    const { model } = modelOf();
    expect(await model.invite({ ...bob, name: '  ' })).toContain(
      'Type a user name'
    );
    expect(await model.invite({ ...bob, name: 'ada' })).toContain(
      'That is you'
    );
    expect(await model.invite(bob)).toBeNull();
    expect(await model.invite({ ...bob, name: ' bob ' })).toContain(
      'on the list already'
    );
  });
});

describe('A live document of mine', () => {
  it('lists its shares and lets somebody in at once', async () => {
    const { companion, model } = modelOf('live');
    await model.load();
    expect(model.state.kind).toBe('manage');
    expect(await model.invite(bob)).toBeNull();
    expect(companion.shares.map(each => each.name)).toEqual(['bob']);
    expect(await model.invite({ ...bob, name: 'bbo' })).toContain(
      'Check the spelling'
    );
    expect(model.problem).toBeNull();
  });

  it('a change of role keeps the end, and a change of the end keeps the role', async () => {
    const { companion, model } = modelOf('live');
    const end = '2026-03-17T12:00:00.000Z';
    await model.load();
    await model.invite({ ...bob, expiresAt: end });
    await model.change(companion.shares[0]!, { role: 'edit' });
    expect(companion.shares[0]).toMatchObject({ role: 'edit', expiresAt: end });
    await model.change(companion.shares[0]!, { expiresAt: null });
    expect(companion.shares[0]).toMatchObject({
      role: 'edit',
      expiresAt: null
    });
    await model.remove(companion.shares[0]!);
    expect(companion.shares).toEqual([]);
  });

  it('verbs given together run one after the other', async () => {
    const { companion, model } = modelOf('live');
    await model.load();
    await Promise.all([
      model.invite(bob),
      model.invite({ ...bob, name: 'cleo', displayName: 'Cleo' }),
      model.setLink('view')
    ]);
    const puts = companion.said.filter(each => each.startsWith('PUT'));
    expect(puts).toHaveLength(3);
    expect(companion.shares.map(each => each.kind)).toEqual([
      'users',
      'users',
      'link'
    ]);
    expect(model.busy).toBe(false);
  });

  it('the link is switched on, changed and off', async () => {
    const { companion, model } = modelOf('live');
    await model.load();
    await model.setLink('view');
    await model.setLink('edit', '2026-03-17T12:00:00.000Z');
    expect(companion.shares).toHaveLength(1);
    expect(companion.shares[0]).toMatchObject({
      kind: 'link',
      name: '',
      role: 'edit'
    });
    await model.setLink(null);
    expect(companion.shares).toEqual([]);
  });

  it('sharing ends once, and is told', async () => {
    const { model, stopped } = modelOf('live');
    await model.load();
    await model.stop();
    expect(stopped).toEqual([DOCUMENT_ID]);
    expect(model.state.kind).toBe('stopped');
  });
});

describe('What is not mine or not there', () => {
  it('a guest sees no list of shares', async () => {
    const { companion, model } = modelOf('live');
    companion.document = guestDocument();
    await model.load();
    expect(model.state.kind).toBe('guest');
    expect(companion.said).toEqual([`GET api/documents/${DOCUMENT_ID}`]);
  });

  it('a failed question can be asked again', async () => {
    const { companion, model } = modelOf('live');
    companion.refuse('getDocument', new CommonsError('STOPPING'));
    await model.load();
    expect(model.state.kind).toBe('failed');
    companion.document = documentInfo();
    await model.retry();
    expect(model.state.kind).toBe('manage');
  });
});
