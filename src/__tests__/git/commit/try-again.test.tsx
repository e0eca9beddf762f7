import { CommonsError } from '@jupyterlab-commons/protocol';
import { ServerConnection } from '@jupyterlab/services';
import {
  act,
  configure,
  fireEvent,
  render,
  screen,
  waitFor
} from '@testing-library/react';
import * as React from 'react';
import { GitWrites } from '../../../client/git-writes';
import { createChanges, type ChangesParts } from '../../../git/commit/create';
import { RepositoryStatus } from '../../../git/commit/status';
import { trans } from '../../ui/fakes';
import { FakeHistory, hash, repository } from '../fake-git';

// Ceilings for a machine that does much else.
jest.setTimeout(60_000);
configure({ asyncUtilTimeout: 20_000 });

/** What is sent can be read at once. Node takes no signal of the test's own window. */
class Asked extends Request {
  readonly sent: string;

  constructor(url: RequestInfo | URL, init?: RequestInit) {
    super(url, { ...init, signal: undefined });
    this.sent = String(init?.body);
  }
}

/** A server with two remotes that holds back its answers to pushes. */
class FakeServer {
  readonly pushed: unknown[] = [];
  private readonly _answers: ((error: CommonsError | null) => void)[] = [];

  readonly settings = ServerConnection.makeSettings({
    baseUrl: 'http://localhost/user/ana/',
    token: 'page token',
    Request: Asked,
    fetch: async asked => this._answer(asked as Asked)
  });

  /** Ends the push of this number, when it has come. */
  async end(number: number, error: CommonsError | null): Promise<void> {
    await waitFor(() => expect(this._answers).toHaveLength(number));
    await act(async () => this._answers[number - 1]!(error));
  }

  private async _answer(asked: Asked): Promise<Response> {
    const name = new URL(asked.url).pathname.split('/').at(-1)!;
    const remotes = ['team', 'backup'].map(each => ({ name: each, host: '' }));
    const answers: Record<string, object> = {
      repository: repository(),
      status: { branch: 'main', head: hash('a1a'), files: [] },
      remotes: { remotes, more: false, usual: 'team' },
      push: { ref: 'main' }
    };
    let error: CommonsError | null = null;
    if (name === 'push') {
      this.pushed.push(JSON.parse(asked.sent));
      error = await new Promise(resolve => this._answers.push(resolve));
    }
    return {
      ok: error === null,
      status: error?.status ?? 200,
      text: async () => JSON.stringify(error?.toBody() ?? answers[name])
    } as Response;
  }
}

const press = (name: string) =>
  fireEvent.click(screen.getByRole('button', { name }));
const choose = (value: string) =>
  fireEvent.change(screen.getByRole('combobox', { name: /^Remote for/ }), {
    target: { value }
  });

it('A push that is tried again goes where it went, whatever is chosen by then', async () => {
  const server = new FakeServer();
  const page = new FakeHistory();
  const status = new RepositoryStatus(new GitWrites(server.settings));
  const changes = createChanges({
    app: { serviceManager: { serverSettings: server.settings } },
    history: page.model,
    state: null,
    status,
    trans
  } as unknown as ChangesParts);
  render(<changes.View trans={trans} />);
  await act(async () => {
    await page.show();
    status.follow('work');
    await status.refresh();
  });
  await screen.findByRole('option', { name: 'backup' });
  choose('backup');
  press('Push');
  await screen.findByText(/^Pushing…/);
  choose('team');
  await server.end(1, new CommonsError('GIT_FAILED', 'no route to host'));
  await screen.findByText(/no route to host/);
  press('Try again');
  await server.end(2, null);
  await screen.findByText('Pushed main to backup.');
  expect(server.pushed).toMatchObject([
    { repo: 'work', remote: 'backup' },
    { repo: 'work', remote: 'backup' }
  ]);
  changes.dispose();
  status.dispose();
  page.model.dispose();
});
