import { YFile } from '@jupyter/ydoc';
import { gateTransactions, neverDirty } from './live-notebook';

/** The shared model of a live text document; see `LiveNotebook` for what it refuses. */
export class LiveFile extends YFile {
  constructor() {
    super();
    gateTransactions(this);
    neverDirty(this);
  }

  /** Whether this page may edit; the companion decides, this keeps the page honest. */
  writable = true;

  override get dirty(): boolean {
    return false;
  }
  override set dirty(_: boolean) {
    // Saving is the companion's; a shared flag would say what one page believes.
  }

  override transact(f: () => void, undoable = true, origin?: unknown): void {
    if (this.writable) {
      super.transact(f, undoable, origin ?? null);
    }
  }
}
