import { CommonsError } from '@jupyterlab-commons/protocol';
import { CompanionShell } from '../../client/shells';

jest.mock('../../client/client-code', () => {
  throw new Error('Loading chunk 7 failed.');
});

it('a page whose files were replaced by an update says to reload it', async () => {
  const companion = new CompanionShell({
    base: 'http://localhost/services/commons/',
    problem: '',
    token: 'token',
    linkBase: 'http://localhost/hub/user-redirect/lab'
  });
  const told: string[] = [];
  companion.stateChanged.connect((_, state) => told.push(state.kind));
  await expect(companion.start()).rejects.toThrow('chunk');
  expect(told).toEqual(['failed']);
  expect(companion.state).toEqual({
    kind: 'failed',
    error: new CommonsError('PAGE_TOO_OLD')
  });
});
