import { CommonsError } from '@jupyterlab-commons/protocol';
import { pageTooOld } from '../../client/page-too-old';
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
  expect(companion.state).toMatchObject({
    kind: 'failed',
    error: { code: 'PAGE_TOO_OLD' }
  });
});

it('that refusal says what the table of refusals says', () => {
  const row = new CommonsError('PAGE_TOO_OLD');
  const { message, status, close, retry } = pageTooOld();
  expect({ message, status, close, retry }).toEqual({
    message: row.message,
    status: row.status,
    close: row.close,
    retry: row.retry
  });
  expect(pageTooOld().toBody()).toEqual(row.toBody());
});
