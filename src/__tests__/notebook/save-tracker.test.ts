import { SaveTracker } from '../../notebook/save-tracker';

/** A tracker of an editor whose first sync is complete. */
function connected(): SaveTracker {
  const tracker = new SaveTracker();
  tracker.role = 'edit';
  tracker.connected();
  tracker.frameSent(true);
  tracker.framesSaved(1);
  tracker.synced();
  return tracker;
}

function edit(tracker: SaveTracker): void {
  tracker.edited();
  tracker.frameSent(false);
}

describe('S3 what the page says about edits', () => {
  it('says saved only when each frame is on disk', () => {
    const tracker = connected();
    expect(tracker.state).toEqual({ kind: 'saved' });
    edit(tracker);
    edit(tracker);
    expect(tracker.state).toEqual({ kind: 'saving', count: 2 });
    tracker.framesSaved(2);
    expect(tracker.state).toEqual({ kind: 'saving', count: 1 });
    tracker.framesSaved(3);
    expect(tracker.state).toEqual({ kind: 'saved' });
  });

  it('says why a frame was refused until one that holds everything is saved', () => {
    const tracker = connected();
    edit(tracker);
    tracker.frameRefused('DOCUMENT_FULL');
    expect(tracker.state).toMatchObject({
      kind: 'readonly',
      error: { code: 'DOCUMENT_FULL' }
    });
    // A later edit that is taken does not bring the refused one back.
    edit(tracker);
    tracker.framesSaved(2);
    expect(tracker.unsaved).toBe(true);
    expect(tracker.state.kind).toBe('readonly');
    // There is room again: the companion asks for what it lacks.
    tracker.frameSent(true);
    tracker.framesSaved(3);
    expect(tracker.unsaved).toBe(false);
    expect(tracker.state).toEqual({ kind: 'saved' });
  });

  it('keeps what was made offline until a new connection has it', () => {
    const tracker = connected();
    tracker.disconnected();
    tracker.edited();
    expect(tracker.state).toEqual({ kind: 'offline', kept: true });
    tracker.connected();
    tracker.framesSaved(0);
    expect(tracker.unsaved).toBe(true);
    tracker.frameSent(true);
    expect(tracker.state).toEqual({ kind: 'saving', count: 1 });
    tracker.framesSaved(1);
    expect(tracker.state).toEqual({ kind: 'saved' });
  });
});
