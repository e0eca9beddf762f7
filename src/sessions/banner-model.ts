import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type {
  DocumentInfo,
  FileChoice,
  MergedMessage
} from '@jupyterlab-commons/protocol';
import { isOnOwnersServer } from '../client/own-server';
import { problemOf } from '../ui/problem-words';
import { bannerCase, type BannerCase } from './banner-case';
import type { EntryFollower } from './entry-follower';

/** A connection that is back within this time moves nothing on the screen. */
const OFFLINE_GRACE_MS = 3000;

/** What the buttons of the banner do; each rejects with the reason. */
export interface IBannerVerbs {
  chooseFile(id: string, choice: FileChoice): Promise<void>;
  saveCopy(id: string): Promise<void>;
  openAgain(id: string): Promise<void>;
  openFile(path: string): Promise<void>;
  undoMerge(id: string, merge: string): Promise<void>;
  /** Opens a file of the owner beside the document. */
  openBeside(path: string): Promise<void>;
}

const NONE: BannerCase = { kind: 'none' };

/** Which banner stands above a panel now. */
export class BannerModel implements IDisposable {
  constructor(
    private readonly _follower: EntryFollower,
    private readonly _verbs: IBannerVerbs,
    readonly trans: TranslationBundle
  ) {
    this._follower.changed.connect(this._onChanged, this);
    this._onChanged();
  }

  get shown(): BannerCase {
    return JSON.stringify(this._case) === this._hidden ? NONE : this._case;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Why the last button did not work; null once another is pressed. */
  get problem(): string | null {
    return this._problem;
  }

  get busy(): boolean {
    return this._busy;
  }

  /** The path of the owner's file; null where this page cannot open it. */
  get filePath(): string | null {
    const info = this._follower.entry?.info;
    return info && isOnOwnersServer(info) ? info.path : null;
  }

  /** What came from outside last, until it is put away. */
  get merged(): MergedMessage | null {
    const merged = this._follower.entry?.merged ?? null;
    return merged?.id === this._hiddenMerge ? null : merged;
  }

  /** Whether this person may take back what came. */
  get canUndo(): boolean {
    const { entry } = this._follower;
    const { saveState, role } = entry ?? {};
    return (
      this.merged?.undoable === true &&
      role !== 'view' &&
      saveState?.kind !== 'ended' &&
      saveState?.kind !== 'offline'
    );
  }

  get info(): DocumentInfo | null {
    return this._follower.entry?.info ?? null;
  }

  hideMerged(): void {
    this._hiddenMerge = this.merged?.id ?? null;
    this._problem = null;
    this._changed.emit();
  }

  undoMerge(): Promise<void> {
    const merge = this.merged?.id ?? '';
    return this._runWithId(id => this._verbs.undoMerge(id, merge));
  }

  async openKept(): Promise<void> {
    const path = this.merged?.keptAs;
    if (path) {
      await this._run(() => this._verbs.openBeside(path));
    }
  }

  /** Puts this banner away until it has something else to say. */
  hide(): void {
    this._hidden = JSON.stringify(this._case);
    this._changed.emit();
  }

  keepLive(): Promise<void> {
    return this._choose('keep-live');
  }

  writeAgain(): Promise<void> {
    return this._choose('write-again');
  }

  saveCopy(): Promise<void> {
    return this._runWithId(id => this._verbs.saveCopy(id));
  }

  openAgain(): Promise<void> {
    return this._runWithId(id => this._verbs.openAgain(id));
  }

  async openFile(): Promise<void> {
    const path = this.filePath;
    if (path !== null) {
      await this._run(() => this._verbs.openFile(path));
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    clearTimeout(this._timer);
    this._follower.changed.disconnect(this._onChanged, this);
    Signal.clearData(this);
  }

  private _choose(choice: FileChoice): Promise<void> {
    return this._runWithId(id => this._verbs.chooseFile(id, choice));
  }

  private async _runWithId(verb: (id: string) => Promise<void>): Promise<void> {
    const id = this._follower.entry?.info.id;
    if (id !== undefined) {
      await this._run(() => verb(id));
    }
  }

  private async _run(verb: () => Promise<void>): Promise<void> {
    if (this._busy) {
      return;
    }
    this._busy = true;
    this._problem = null;
    this._changed.emit();
    try {
      await verb();
    } catch (error) {
      this._problem = problemOf(this.trans, error).text;
    }
    this._busy = false;
    this._changed.emit();
  }

  private _onChanged(): void {
    this._lookForMerge();
    const next = this._now();
    const waits = next.kind === 'offline' && this._case.kind !== 'offline';
    if (!waits) {
      clearTimeout(this._timer);
      this._timer = undefined;
      this._show(next);
    } else {
      // Counted from the loss, not from the last edit made since.
      this._timer ??= setTimeout(() => {
        this._timer = undefined;
        this._show(this._now());
      }, OFFLINE_GRACE_MS);
    }
  }

  private _lookForMerge(): void {
    const { merged = null, role } = this._follower.entry ?? {};
    const shown = JSON.stringify([merged?.id, role, this.canUndo]);
    if (shown !== this._shownMerge) {
      this._shownMerge = shown;
      this._changed.emit();
    }
  }

  private _now(): BannerCase {
    const { entry } = this._follower;
    return entry === null ? NONE : bannerCase(entry);
  }

  private _show(next: BannerCase): void {
    if (JSON.stringify(next) !== JSON.stringify(this._case)) {
      this._case = next;
      this._hidden = null;
      this._problem = null;
      this._changed.emit();
    }
  }

  private _case: BannerCase = NONE;
  private _hidden: string | null = null;
  private _hiddenMerge: string | null = null;
  private _shownMerge = '';
  private _problem: string | null = null;
  private _busy = false;
  private _isDisposed = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _changed = new Signal<this, void>(this);
}
