import { Dialog, Notification } from '@jupyterlab/apputils';
import { CommonsError } from '@jupyterlab-commons/protocol';
import { addSessionsCommands } from '../../sessions/commands';
import { InvitationNotices } from '../../sessions/invitations';
import {
  DOCUMENT_ID,
  FakeCompanion,
  FakeDocuments,
  FakeEntry,
  FakeLive,
  guestDocument,
  HOSTILE,
  trans
} from '../ui/fakes';
import { FakeLab } from '../ui/fake-app';

const LIVE_PATH = `live:${DOCUMENT_ID}/analysis.ipynb`;

function setup() {
  const lab = new FakeLab();
  const companion = new FakeCompanion();
  const documents = new FakeDocuments([guestDocument()]);
  const live = new FakeLive();
  addSessionsCommands({
    app: lab.app,
    companion,
    documents,
    live,
    manager: lab.manager,
    trans,
    panelId: 'the-panel'
  });
  const execute = (command: string) =>
    lab.commands.execute(command, { id: DOCUMENT_ID });
  return { lab, companion, documents, live, execute };
}

/** Answers the next dialog of JupyterLab. */
async function answer(label: string): Promise<void> {
  const dialog = await new Promise<Dialog<unknown>>(resolve => {
    Dialog.tracker.widgetAdded.connect(function once(_, added) {
      Dialog.tracker.widgetAdded.disconnect(once);
      resolve(added);
    });
  });
  await dialog.ready;
  [...dialog.node.querySelectorAll('button')]
    .find(each => each.textContent === label)!
    .click();
}

const notices = () =>
  Notification.manager.notifications.map(each => each.message);

afterEach(() => Notification.dismiss());

describe('The verbs of a document', () => {
  it('open goes through the live documents; a refusal is told in words', async () => {
    const { live, execute } = setup();
    await execute('commons:open-document');
    expect(live.opened).toEqual([DOCUMENT_ID]);
    live.open = async () => {
      throw new CommonsError('NOT_FOUND');
    };
    await execute('commons:open-document');
    expect(notices()[0]).toContain('Ask the owner for a new link');
  });

  it('copy link puts it on the clipboard and says so', async () => {
    const writeText = jest.fn(async () => undefined);
    Object.defineProperty(navigator, 'clipboard', {
      value: { writeText },
      configurable: true
    });
    const { execute } = setup();
    await execute('commons:copy-link');
    expect(writeText).toHaveBeenCalledWith(
      expect.stringContaining(DOCUMENT_ID)
    );
    expect(notices()).toEqual(['Link copied.']);
  });

  it('leave asks, then leaves and closes the panel', async () => {
    const { lab, companion, documents, live, execute } = setup();
    live.add(LIVE_PATH, new FakeEntry({ info: guestDocument() }));
    const panel = lab.addPanel({ path: LIVE_PATH });
    const other = lab.addPanel({ path: 'other.ipynb' });
    const answered = answer('Leave');
    const left = execute('commons:leave-document');
    await answered;
    await left;
    expect(companion.said).toEqual([`POST api/documents/${DOCUMENT_ID}/leave`]);
    expect(panel.isDisposed).toBe(true);
    expect(other.isDisposed).toBe(false);
    expect(documents.refreshed).toBe(1);
  });

  it('who stays, stays', async () => {
    const { companion, execute } = setup();
    const answered = answer('Stay');
    const left = execute('commons:leave-document');
    await answered;
    await left;
    expect(companion.calls).toEqual([]);
  });

  it('the panel is shown', async () => {
    const { lab } = setup();
    await lab.commands.execute('commons:show-documents');
    expect(lab.activated).toEqual(['the-panel']);
  });

  it('each says what arguments it takes', async () => {
    const { lab } = setup();
    for (const id of lab.commands.listCommands()) {
      const { args } = await lab.commands.describedBy(id);
      expect(args).toHaveProperty('type', 'object');
    }
  });
});

describe('Invitations', () => {
  it('say who, what and which right, with a button that opens', () => {
    const open = jest.fn();
    new InvitationNotices({ trans, open }).show(guestDocument(), 'Alice');
    const [notice] = Notification.manager.notifications;
    expect(notice!.message).toBe(
      'Alice shared analysis.ipynb with you (can edit).'
    );
    notice!.options.actions![0]!.callback(new MouseEvent('click'));
    expect(open).toHaveBeenCalledWith(DOCUMENT_ID);
  });

  it('a second one for the same document replaces the first', () => {
    const shown = new InvitationNotices({ trans, open: () => {} });
    shown.show(guestDocument({ role: 'view' }), 'Alice');
    shown.show(guestDocument({ role: 'edit' }), 'Alice');
    expect(notices()).toEqual([
      'Alice shared analysis.ipynb with you (can edit).'
    ]);
  });

  it('disappear with the document', () => {
    const shown = new InvitationNotices({ trans, open: () => {} });
    shown.show(guestDocument(), 'Alice');
    shown.keepOnly([guestDocument()]);
    expect(notices()).toHaveLength(1);
    shown.keepOnly([]);
    expect(notices()).toEqual([]);
  });

  it('a hostile name is one capped line without tricks', () => {
    const shown = new InvitationNotices({ trans, open: () => {} });
    shown.show(guestDocument({ name: HOSTILE + 'x'.repeat(300) }), HOSTILE);
    const [message] = notices();
    expect(message).not.toMatch(/[\n\u202E]/);
    expect(message!.length).toBeLessThan(250);
  });
});
