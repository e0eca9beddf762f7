import { CommonsError } from '@jupyterlab-commons/protocol';
import { Dialog } from '@jupyterlab/apputils';
import { askCredentials } from '../../../git/commit/credentials';
import { Remotes } from '../../../git/commit/remotes';
import { trans } from '../../ui/fakes';
import { settle } from '../fake-git';
import { FakeWrites } from './fake-writes';

const ORIGIN = 'https://git.example.org';
const SECRET = 'only-for-this-one-command';
const wanted = () => new CommonsError('GIT_AUTH', ORIGIN);

const dialog = () => document.querySelector<HTMLElement>('.jp-Dialog')!;
const inputs = () => [...dialog().querySelectorAll('input')];
const isOpen = async () => {
  while (dialog() === null) {
    await new Promise(resolve => setTimeout(resolve, 0));
  }
};
const press = async (name: string) => {
  const all = [...dialog().querySelectorAll('button')];
  all.find(each => each.textContent?.includes(name))!.click();
  await new Promise(resolve => setTimeout(resolve, 0));
};

function remotes() {
  const calls = new FakeWrites();
  const all = new Remotes({
    calls,
    ask: asked => askCredentials({ ...asked, trans }),
    onChanged: () => undefined
  });
  return { calls, remotes: all };
}

afterEach(() => Dialog.flush());

describe('A remote that wants to know who asks', () => {
  it('is asked for in one dialog, and what is typed goes to its origin only', async () => {
    const { calls, remotes: all } = remotes();
    calls.refusals.set('push', [wanted()]);
    const end = all.run('push', 'work');
    await isOpen();
    expect(dialog().textContent).toContain(ORIGIN);
    const [name, secret] = inputs();
    expect(secret!.type).toBe('password');
    name!.value = 'ana';
    secret!.value = SECRET;
    await press('Sign in');
    expect(await end).toMatchObject({ kind: 'done', verb: 'push' });
    expect(calls.asked('push')).toEqual([
      undefined,
      { username: 'ana', secret: SECRET, origin: ORIGIN }
    ]);
  });

  it('leaves nothing of the secret in the page, whether it is sent or not', async () => {
    for (const button of ['Sign in', 'Cancel']) {
      const { calls, remotes: all } = remotes();
      calls.refusals.set('fetch', [wanted()]);
      const end = all.run('fetch', 'work');
      await isOpen();
      const [, secret] = inputs();
      secret!.value = SECRET;
      await press(button);
      await end;
      expect(secret!.value).toBe('');
      const page = new XMLSerializer().serializeToString(document);
      expect(page).not.toContain(SECRET);
      const { calls: _, ...state } = Object(all)['_options'] as object & {
        calls: unknown;
      };
      expect(JSON.stringify([state, { ...all, _options: 0 }])).not.toContain(
        SECRET
      );
    }
  });

  it('is another question where the next address of a push asks: nothing was refused', async () => {
    const NEXT = 'https://push.example.org';
    const { calls, remotes: all } = remotes();
    const next = new CommonsError('GIT_AUTH', NEXT);
    calls.refusals.set('push', [wanted(), next]);
    const end = all.run('push', 'work');
    await isOpen();
    inputs()[0]!.value = 'ana';
    await press('Sign in');
    await isOpen();
    expect(dialog().textContent).toContain(`${NEXT} wants to know who you are`);
    expect(inputs()[0]!.value).toBe('');
    await press('Cancel');
    expect(await end).toMatchObject({ kind: 'left' });
  });

  it('asks again when it does not accept them, with the name but not the secret', async () => {
    const { calls, remotes: all } = remotes();
    calls.refusals.set('pull', [wanted(), wanted()]);
    const end = all.run('pull', 'work');
    await isOpen();
    inputs()[0]!.value = 'ana';
    inputs()[1]!.value = 'wrong';
    await press('Sign in');
    await isOpen();
    expect(dialog().textContent).toContain('does not accept');
    expect(inputs().map(({ value }) => value)).toEqual(['ana', '']);
    await press('Cancel');
    expect(await end).toEqual({ kind: 'left', verb: 'pull' });
    expect(calls.asked('pull')).toHaveLength(2);
  });

  it('is not asked for when something else is in the way', async () => {
    const { calls, remotes: all } = remotes();
    const error = new CommonsError('GIT_REFUSED', 'pull first');
    calls.refusals.set('push', [error]);
    expect(await all.run('push', 'work')).toEqual({
      kind: 'failed',
      verb: 'push',
      error
    });
    expect(dialog()).toBeNull();
  });
});

it('A long fetch can be left', async () => {
  const { calls, remotes: all } = remotes();
  calls.gate = new Promise(() => undefined);
  const end = all.run('fetch', 'work');
  await settle();
  expect(all.verb).toBe('fetch');
  all.stop();
  expect(await end).toEqual({ kind: 'left', verb: 'fetch' });
  expect(all.verb).toBeNull();
});
