import { Notification } from '@jupyterlab/apputils';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { hearRestores } from '../../../git/diff/announce';
import { FakeEntry, HOSTILE, trans } from '../../ui/fakes';

const OTHER = 4711;
let entry: FakeEntry;

beforeEach(() => {
  entry = new FakeEntry();
  entry.awareness = new Awareness(new Y.Doc());
});
afterEach(() => {
  entry.awareness.destroy();
  Notification.dismiss();
});

/** What the companion hands on of somebody else. */
function say(state: Record<string, unknown>): void {
  const { awareness } = entry;
  const isNew = !awareness.states.has(OTHER);
  awareness.states.set(OTHER, state);
  const change = {
    added: isNew ? [OTHER] : [],
    updated: isNew ? [] : [OTHER],
    removed: []
  };
  awareness.emit('change', [change, 'test']);
}

const told = () => Notification.manager.notifications.map(each => each.message);
const user = { display_name: 'Bo' };
const restored = (at: number, from = 'abc1234') => ({
  user,
  'commons:restored': { at, from }
});

describe('What somebody brings back in a live document', () => {
  it('is told to the others, once', () => {
    hearRestores(entry, trans);
    say({ user });
    say(restored(1));
    say({ ...restored(1), cursor: {} });
    expect(told()).toEqual([
      'Bo brought back a part of "analysis.ipynb" as it was in abc1234.'
    ]);
    say(restored(2));
    expect(told()).toHaveLength(2);
  });

  it('is no news to who comes later', () => {
    say(restored(1));
    hearRestores(entry, trans);
    say({ ...restored(1), cursor: {} });
    expect(told()).toEqual([]);
  });

  it('is nothing that a stranger can do harm with', () => {
    hearRestores(entry, trans);
    say({ user });
    for (const odd of [null, 7, 'x', [], { at: 'x' }]) {
      say({ user, 'commons:restored': odd });
    }
    expect(told()).toEqual([]);
    say({
      user: { display_name: HOSTILE },
      'commons:restored': { at: 5, from: HOSTILE.repeat(100) }
    });
    expect(told()[0]).not.toContain('\u202E');
    expect(told()[0]!.length).toBeLessThan(260);
  });

  it('is heard no more when the document is closed', () => {
    hearRestores(entry, trans);
    say({ user });
    entry.dispose();
    say(restored(1));
    expect(told()).toEqual([]);
  });
});
