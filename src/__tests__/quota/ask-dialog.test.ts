import { Dialog, Notification } from '@jupyterlab/apputils';
import {
  act,
  configure,
  fireEvent,
  screen,
  waitFor
} from '@testing-library/react';
import { CommonsError } from '@jupyterlab-commons/protocol';
import { askForMore } from '../../quota/ask-dialog';
import { NOW, expectAccessible } from '../ui/fakes';
import {
  FakeQuota,
  allowance,
  quotaParts,
  report,
  sharedAllowance
} from './fake-quota';

beforeAll(() => {
  // Without JupyterLab's styles the dialog element counts as hidden.
  configure({ defaultHidden: true });
  // jsdom has none, and JupyterLab's React widgets wait for it.
  window.requestIdleCallback = callback => {
    callback({ didTimeout: false, timeRemaining: () => 1 });
    return 0;
  };
  window.cancelIdleCallback = () => undefined;
});
afterEach(() => {
  Notification.dismiss();
  return act(() => Dialog.flush());
});

/** Resolves when the dialog is drawn and its text has the focus. */
const opened = () =>
  waitFor(() => expect(document.activeElement).toBe(message()));

const message = () =>
  screen.getByLabelText<HTMLTextAreaElement>('What do you need it for?');
const policy = () => screen.getByLabelText<HTMLSelectElement>('More of');
const write = (text: string) =>
  fireEvent.change(message(), { target: { value: text } });
const texts = () =>
  Notification.manager.notifications.map(each => each.message);

/** By mouse or Enter on the button; the rest is JupyterLab's. */
const press = (label: string) =>
  act(async () => fireEvent.click(screen.getByText(label)));

const two = () => [sharedAllowance(), allowance({ used: 49 })];

describe('Asking for more', () => {
  it('sends which limit and why, and shows that it is open', async () => {
    const parts = quotaParts({
      companion: Object.assign(new FakeQuota(), {
        report: report({ allowances: two() })
      })
    });
    const done = askForMore(parts);
    await opened();
    expect(policy().value).toBe('gpu-month');
    await expectAccessible(document.querySelector('.jp-Dialog')!);
    fireEvent.change(policy(), { target: { value: 'team-cores' } });
    write('For the thesis');
    await press('Send');
    await done;
    expect(parts.companion.requests).toEqual([
      { policy: 'team-cores', message: 'For the thesis' }
    ]);
    expect(texts()[0]).toContain('Your request was sent.');
    expect(parts.companion.asked).toBe(2);
  });

  it('begins with the limit that it is about', async () => {
    const parts = quotaParts();
    const done = askForMore(parts, 'team-cores');
    await opened();
    expect(policy().value).toBe('team-cores');
    await press('Cancel');
    await done;
    expect(parts.companion.requests).toEqual([]);
  });

  it('says what has been asked, and that this takes its place', async () => {
    const asked = { at: NOW, policy: 'gpu-month', message: 'Before' };
    const parts = quotaParts({
      companion: Object.assign(new FakeQuota(), { report: report({ asked }) })
    });
    const done = askForMore(parts);
    await opened();
    expect(document.body.textContent).toContain('“Before”');
    expect(document.body.textContent).toContain('takes its place');
    await press('Cancel');
    await done;
  });

  it('comes back with what was written when it could not be sent', async () => {
    const parts = quotaParts();
    const done = askForMore(parts);
    await opened();
    write('For the thesis');
    parts.companion.failure = new CommonsError('STOPPING');
    await press('Send');
    await opened();
    expect(message().value).toBe('For the thesis');
    expect(screen.getByRole('alert').textContent).not.toBe('');
    parts.companion.failure = null;
    await press('Send');
    await done;
    expect(parts.companion.requests.length).toBe(2);
  });

  it('keeps what was written for the next time when it was put away', async () => {
    const parts = quotaParts();
    let done = askForMore(parts);
    await opened();
    write('Half a sente');
    await press('Cancel');
    await done;
    done = askForMore(parts);
    await opened();
    expect(message().value).toBe('Half a sente');
    await press('Cancel');
    await done;
  });

  it('is not sent by Enter in the text or the list', async () => {
    const parts = quotaParts();
    const done = askForMore(parts);
    await opened();
    for (const field of [message(), policy()]) {
      field.focus();
      expect(fireEvent.keyDown(field, { key: 'Enter' })).toBe(true);
    }
    expect(Dialog.tracker.size).toBe(1);
    await press('Cancel');
    await done;
    expect(parts.companion.requests).toEqual([]);
  });

  it.each([
    [report({ allowances: [] }), null, 'There is no limit'],
    [report(), new CommonsError('STOPPING'), '']
  ])('says so where nothing can be asked', async (said, failure, words) => {
    const parts = quotaParts({
      companion: Object.assign(new FakeQuota(), { report: said, failure })
    });
    await askForMore(parts);
    expect(Dialog.tracker.size).toBe(0);
    expect(texts().length).toBe(1);
    expect(texts()[0]).toContain(words);
  });
});
