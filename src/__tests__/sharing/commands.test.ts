import { Dialog, Notification } from '@jupyterlab/apputils';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { CommonsError } from '@jupyterlab-commons/protocol';
import { addSharingCommands } from '../../sharing/commands';
import type { ShareModel } from '../../sharing/model';
import {
  documentInfo,
  DOCUMENT_ID,
  FakeCompanion,
  FakeDocuments,
  FakeEntry,
  FakeLive,
  trans
} from '../ui/fakes';
import { FakeLab } from '../ui/fake-app';

const LIVE_PATH = `live:${DOCUMENT_ID}/analysis.ipynb`;
const PATH = 'work/analysis.ipynb';

type Item = { path: string; name: string; type: string };

/** The commands in a small JupyterLab; `act` plays the person in the dialog. */
function setup(
  act: (model: ShareModel) => Promise<void> = async () => undefined
) {
  const lab = new FakeLab();
  const companion = new FakeCompanion();
  const documents = new FakeDocuments();
  const live = new FakeLive();
  const chosen: Item[] = [];
  const models: ShareModel[] = [];
  const browsers = {
    tracker: {
      currentWidget: { selectedItems: () => chosen[Symbol.iterator]() }
    }
  } as unknown as IFileBrowserFactory;
  addSharingCommands({
    app: lab.app,
    companion,
    documents,
    live,
    manager: lab.manager,
    browsers,
    trans,
    openDialog: async model => {
      models.push(model);
      await act(model);
    }
  });
  const share = (args = {}) => lab.commands.execute('commons:share', args);
  return { lab, companion, documents, live, chosen, models, share };
}

const bob = {
  kind: 'users' as const,
  name: 'bob',
  displayName: 'Bob',
  role: 'edit' as const,
  expiresAt: null
};

const shareWithBob = async (model: ShareModel) => {
  await model.invite(bob);
  await model.share();
};

afterEach(() => Notification.dismiss());

describe('commons:share', () => {
  it('saves, makes live, closes the plain panel with its kernel alive, opens the live one', async () => {
    const { lab, companion, live, share } = setup(shareWithBob);
    const panel = lab.addPanel({ path: PATH, dirty: true });
    const context = lab.contextOf(panel);
    await share();
    expect(context.save).toHaveBeenCalledTimes(1);
    expect(companion.calls[0]).toMatchObject({
      route: 'createDocument',
      body: { name: 'analysis.ipynb', type: 'notebook', path: PATH }
    });
    expect(panel.isDisposed).toBe(true);
    expect(context.sessionContext.kernelPreference['shutdownOnDispose']).toBe(
      false
    );
    expect(live.opened).toEqual([DOCUMENT_ID]);
    expect(companion.shares.map(each => each.name)).toEqual(['bob']);
  });

  it('cancelled, it leaves the file, its panel and the companion alone', async () => {
    const { lab, companion, live, share } = setup(model =>
      model.invite(bob).then()
    );
    const panel = lab.addPanel({ path: PATH, dirty: true });
    await share();
    expect(lab.contextOf(panel).save).not.toHaveBeenCalled();
    expect(panel.isDisposed).toBe(false);
    expect(companion.calls).toEqual([]);
    expect(live.opened).toEqual([]);
  });

  it('what cannot be saved is not shared, and the panel stays', async () => {
    const { lab, companion, share, models } = setup(shareWithBob);
    const panel = lab.addPanel({ path: PATH, dirty: true });
    lab.contextOf(panel).save.mockRejectedValue(new Error('disk full'));
    await share();
    expect(models[0]!.problem?.text).toContain('could not be saved');
    expect(companion.calls).toEqual([]);
    expect(panel.isDisposed).toBe(false);
  });

  it('a refusal leaves the plain panel open', async () => {
    const { lab, companion, share } = setup(shareWithBob);
    const panel = lab.addPanel({ path: PATH });
    companion.refuse('createDocument', new CommonsError('FILE_UNSHAREABLE'));
    await share();
    expect(panel.isDisposed).toBe(false);
  });

  it('a failure that comes after the dialog was closed is told all the same', async () => {
    const { lab, companion, share } = setup(async model => {
      void model.share();
    });
    lab.addPanel({ path: PATH });
    companion.refuse('createDocument', new CommonsError('LINK_ABSENT'));
    await share();
    expect(Notification.manager.notifications[0]?.message).toContain(
      "owner's server"
    );
  });

  it('in a live panel it manages that document', async () => {
    const { lab, live, share, models } = setup();
    live.add(LIVE_PATH, new FakeEntry());
    lab.addPanel({ path: LIVE_PATH });
    await share();
    expect(models[0]!.link).toContain(DOCUMENT_ID);
  });

  it('a file that is live already is not made live twice', async () => {
    const { lab, documents, companion, share, models } = setup();
    documents.list = [documentInfo()];
    lab.addPanel({ path: PATH });
    await share();
    expect(models[0]!.link).toContain(DOCUMENT_ID);
    expect(companion.said.some(each => each.startsWith('POST'))).toBe(false);
  });

  it('the same path on another server of mine is another file', async () => {
    const { lab, documents, share, models } = setup();
    documents.list = [documentInfo({ server: 'gpu' })];
    lab.addPanel({ path: PATH });
    await share();
    expect(models[0]!.state.kind).toBe('choose');
  });

  it('from the file browser it takes the chosen notebook or text, no folder and no image', () => {
    const { lab, chosen } = setup();
    const visible = (item: Item) => {
      chosen.splice(0, chosen.length, item);
      return lab.commands.isVisible('commons:share', { browser: true });
    };
    expect(
      visible({ path: 'a.ipynb', name: 'a.ipynb', type: 'notebook' })
    ).toBe(true);
    expect(visible({ path: 'a.py', name: 'a.py', type: 'file' })).toBe(true);
    expect(visible({ path: 'a.png', name: 'a.png', type: 'file' })).toBe(false);
    expect(visible({ path: 'a', name: 'a', type: 'directory' })).toBe(false);
    expect(visible({ path: 's3:a.py', name: 'a.py', type: 'file' })).toBe(
      false
    );
  });

  it('without a companion it hides', () => {
    const { lab, companion } = setup();
    lab.addPanel({ path: PATH });
    expect(lab.commands.isVisible('commons:share')).toBe(true);
    companion.setState({ kind: 'absent', reason: 'no hub' });
    expect(lab.commands.isVisible('commons:share')).toBe(false);
    expect(lab.commands.isVisible('commons:stop-sharing')).toBe(false);
  });

  it('with nothing to share it says what to open', async () => {
    const { share, lab } = setup();
    expect(lab.commands.isEnabled('commons:share')).toBe(false);
    await share();
    expect(Notification.manager.notifications[0]?.message).toContain(
      'Open a notebook'
    );
  });

  it('says what arguments it takes', async () => {
    const { lab } = setup();
    for (const id of ['commons:share', 'commons:stop-sharing']) {
      const { args } = await lab.commands.describedBy(id);
      expect(args).toHaveProperty('properties.id');
    }
  });
});

describe('commons:stop-sharing', () => {
  const answer = async (label: string) => {
    const dialog = await new Promise<Dialog<unknown>>(resolve => {
      Dialog.tracker.widgetAdded.connect(function once(_, added) {
        Dialog.tracker.widgetAdded.disconnect(once);
        resolve(added);
      });
    });
    await dialog.ready;
    const buttons = [...dialog.node.querySelectorAll('button')];
    buttons.find(each => each.textContent === label)!.click();
  };

  it('asks, then closes the live panel, gives the kernel back and opens the file', async () => {
    const { lab, companion, documents, live } = setup();
    documents.list = [documentInfo()];
    live.add(LIVE_PATH, new FakeEntry());
    const panel = lab.addPanel({ path: LIVE_PATH });
    const answered = answer('Stop sharing');
    const stopped = lab.commands.execute('commons:stop-sharing', {
      id: DOCUMENT_ID
    });
    await answered;
    await stopped;
    expect(companion.said).toEqual([`DELETE api/documents/${DOCUMENT_ID}`]);
    expect(panel.isDisposed).toBe(true);
    expect(documents.refreshed).toBe(1);
    expect(lab.requests).toEqual([
      `DELETE /user/ada/commons/kernel ${JSON.stringify({ path: PATH, livePath: LIVE_PATH })}`
    ]);
    expect(lab.opened).toEqual([PATH]);
  });

  it('waits for an edit that is on its way before the panel goes', async () => {
    const { lab, companion, documents, live } = setup();
    const entry = new FakeEntry({ saveState: { kind: 'saving', count: 1 } });
    documents.list = [documentInfo()];
    live.add(LIVE_PATH, entry);
    const panel = lab.addPanel({ path: LIVE_PATH });
    const answered = answer('Stop sharing');
    const stopped = lab.commands.execute('commons:stop-sharing', {
      id: DOCUMENT_ID
    });
    await answered;
    await Promise.resolve();
    expect(panel.isDisposed).toBe(false);
    expect(companion.calls).toEqual([]);
    entry.set({ saveState: { kind: 'saved' } });
    await stopped;
    expect(companion.said).toEqual([`DELETE api/documents/${DOCUMENT_ID}`]);
  });

  it('a refusal brings the live panel back and is told', async () => {
    const { lab, companion, documents, live } = setup();
    documents.list = [documentInfo()];
    live.add(LIVE_PATH, new FakeEntry());
    lab.addPanel({ path: LIVE_PATH });
    companion.refuse('closeDocument', new CommonsError('STORE_BUSY'));
    const answered = answer('Stop sharing');
    const stopped = lab.commands.execute('commons:stop-sharing', {
      id: DOCUMENT_ID
    });
    await answered;
    await stopped;
    expect(live.opened).toEqual([DOCUMENT_ID]);
    expect(lab.opened).toEqual([]);
    expect(Notification.manager.notifications[0]?.message).toContain(
      'Saving is not possible'
    );
  });

  it('does nothing when the answer is to keep', async () => {
    const { lab, companion, documents } = setup();
    documents.list = [documentInfo()];
    const answered = answer('Keep sharing');
    const stopped = lab.commands.execute('commons:stop-sharing', {
      id: DOCUMENT_ID
    });
    await answered;
    await stopped;
    expect(companion.calls).toEqual([]);
  });
});
