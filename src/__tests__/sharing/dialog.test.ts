import { Dialog, showDialog } from '@jupyterlab/apputils';
import {
  act,
  configure,
  fireEvent,
  screen,
  waitFor
} from '@testing-library/react';
import { showShareDialog } from '../../sharing/dialog';
import { ShareModel } from '../../sharing/model';
import {
  DOCUMENT_ID,
  FakeCompanion,
  FakeDocuments,
  HOSTILE,
  now,
  trans
} from '../ui/fakes';

function model(name = 'analysis.ipynb'): ShareModel {
  return new ShareModel({
    companion: new FakeCompanion(),
    documents: new FakeDocuments(),
    trans,
    now,
    stop: async () => undefined,
    target: {
      file: {
        name,
        type: 'notebook',
        goLive: async () => DOCUMENT_ID,
        showLive: async () => undefined
      }
    }
  });
}

const field = () => screen.getByLabelText('Person or group');
const node = () =>
  document.querySelector<HTMLElement>('.jp-Commons-ShareDialog')!;

/** Opens the dialog and waits until its first field has the focus. */
async function open(which = model()) {
  let closed = false;
  const done = act(async () => {
    void showShareDialog(which).then(() => {
      closed = true;
    });
  });
  await done;
  await waitFor(() => expect(document.activeElement).toBe(field()));
  return { isClosed: () => closed };
}

describe('The share dialog', () => {
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
  afterEach(() => act(() => Dialog.flush()));

  it('has a name, and a hostile one is text', async () => {
    await open(model(HOSTILE));
    expect(node().getAttribute('aria-label')).toContain('Share <img src=x');
    expect(node().querySelector('img, b')).toBeNull();
  });

  it('Enter on one of our buttons is the button, not the end of the dialog', async () => {
    const { isClosed } = await open();
    const add = screen.getByRole('button', { name: 'Add' });
    // An event that nobody has taken becomes a click in a browser.
    expect(fireEvent.keyDown(add, { key: 'Enter' })).toBe(true);
    expect(isClosed()).toBe(false);
  });

  it('Tab stays inside, in both directions', async () => {
    await open();
    const buttons = [...node().querySelectorAll<HTMLElement>('button')];
    const last = buttons[buttons.length - 1]!;
    act(() => last.focus());
    fireEvent.keyDown(last, { key: 'Tab' });
    const first = document.activeElement;
    expect(first).not.toBe(last);
    expect(node().contains(first)).toBe(true);
    fireEvent.keyDown(first!, { key: 'Tab', shiftKey: true });
    expect(document.activeElement).toBe(last);
  });

  it('a click beside it loses nothing', async () => {
    const { isClosed } = await open();
    await act(async () => {
      fireEvent.mouseDown(node());
      fireEvent.click(node());
    });
    expect(isClosed()).toBe(false);
  });

  it('Escape and Cancel close it', async () => {
    const first = await open();
    await act(async () => {
      fireEvent.keyDown(field(), { key: 'Escape' });
    });
    expect(first.isClosed()).toBe(true);
    const second = await open();
    await act(async () => {
      fireEvent.click(screen.getByText('Cancel'));
    });
    expect(second.isClosed()).toBe(true);
  });

  it('gives way to a question of JupyterLab, and comes back with what was chosen', async () => {
    const which = model();
    const { isClosed } = await open(which);
    await act(async () => {
      await which.invite({
        kind: 'users',
        name: 'bob',
        displayName: 'Bob',
        role: 'view',
        expiresAt: null
      });
    });
    await act(async () => {
      void showDialog({
        title: 'File changed',
        buttons: [Dialog.okButton({ label: 'Overwrite' })]
      });
    });
    await waitFor(() => screen.getByRole('button', { name: 'Overwrite' }));
    expect(node()).toBeNull();
    await act(async () => {
      fireEvent.click(screen.getByRole('button', { name: 'Overwrite' }));
    });
    await waitFor(() => field());
    expect(screen.getByText('Bob')).toBeTruthy();
    expect(isClosed()).toBe(false);
  });
});
