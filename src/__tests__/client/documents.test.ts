import { Documents } from '../../client/documents';
import { INFO } from '../notebook/fake-companion';
import { FakeHub, pass } from './fake-hub';

const other = { ...INFO, id: 'b'.repeat(26), name: 'other.ipynb' };

let hub: FakeHub;
let documents: Documents;

beforeEach(() => {
  jest.useFakeTimers();
  hub = new FakeHub();
  hub.answers['api/documents'] = { body: { documents: [INFO] } };
  documents = new Documents(hub.companion);
});

afterEach(() => {
  documents.dispose();
  hub.companion.dispose();
  jest.useRealTimers();
});

async function readyPage(): Promise<void> {
  hub.companion.start();
  await pass();
  hub.say({ type: 'hello' });
  await pass();
}

const names = () => documents.list?.map(({ name }) => name);

describe('the list of documents', () => {
  it('is null until the companion has answered', async () => {
    expect(documents.list).toBeNull();
    await readyPage();
    expect(names()).toEqual(['demo.ipynb']);
  });

  it('puts a new document first and tells who invited', async () => {
    await readyPage();
    const invitations: string[] = [];
    documents.invited.connect((_, { document, by }) =>
      invitations.push(`${by}: ${document.name}`)
    );
    const by = { user: 'bob', displayName: 'Bob' };
    hub.say({ type: 'invited', document: other, by });
    expect(names()).toEqual(['other.ipynb', 'demo.ipynb']);
    expect(invitations).toEqual(['Bob: other.ipynb']);
  });

  it('changes a document in its place', async () => {
    hub.answers['api/documents'] = { body: { documents: [other, INFO] } };
    await readyPage();
    hub.say({ type: 'changed', document: { ...INFO, name: 'new.ipynb' } });
    expect(names()).toEqual(['other.ipynb', 'new.ipynb']);
  });

  it('shows who is there, and forgets what was taken away', async () => {
    await readyPage();
    const present = [
      { user: 'bob', displayName: 'Bob', role: 'view', pages: 1 }
    ];
    hub.say({ type: 'presence', id: INFO.id, present });
    expect(documents.list![0]!.present).toEqual(present);
    hub.say({ type: 'removed', id: INFO.id, reason: 'SHARE_ENDED' });
    expect(documents.list).toEqual([]);
  });

  it('tells nobody of what it does not hold', async () => {
    await readyPage();
    const told = jest.fn();
    documents.listChanged.connect(told);
    hub.say({ type: 'removed', id: other.id });
    hub.say({ type: 'presence', id: other.id, present: [] });
    expect(told).not.toHaveBeenCalled();
  });

  it('asks again after the companion was away', async () => {
    await readyPage();
    hub.lose();
    hub.answers['api/documents'] = { body: { documents: [other] } };
    await pass(1000);
    hub.say({ type: 'hello' });
    await pass();
    expect(names()).toEqual(['other.ipynb']);
  });
});

describe('finding one document', () => {
  it('needs no request for one that is in the list', async () => {
    await readyPage();
    const before = hub.calls.length;
    await expect(documents.find(INFO.id)).resolves.toEqual(INFO);
    expect(hub.calls).toHaveLength(before);
  });

  it('asks for any other, which the list then holds', async () => {
    await readyPage();
    hub.answers[`api/documents/${other.id}`] = { body: other };
    await documents.find(other.id);
    expect(names()).toEqual(['other.ipynb', 'demo.ipynb']);
  });

  it('A3 rejects with the refusal', async () => {
    hub.refuse(`api/documents/${other.id}`, 'NOT_FOUND');
    await expect(documents.find(other.id)).rejects.toMatchObject({
      code: 'NOT_FOUND'
    });
  });
});
