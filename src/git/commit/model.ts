import {
  CommonsError,
  type GitRepository,
  type GitStatus
} from '@jupyterlab-commons/protocol';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { IGitWrites } from '../../client/git-writes';
import { isCommonsError } from '../../ui/problem-words';
import type { CellEntry, Share } from './cells';
import { CoAuthors, type CoAuthorSource } from './co-authors';
import type { Memory } from './memory';
import {
  isNotebook,
  Notebooks,
  type ChangedFile,
  type NotebookState
} from './notebooks';
import { shareOf } from './share';
import type { RepositoryStatus } from './status';

/** What the page has open of the repository's files. */
export type OpenFiles = {
  /** Writes what is on the screen into the files of these paths. */
  save: (repo: string, paths: readonly string[]) => Promise<void>;
  /** Shows what git has put into files; answers those that have unsaved edits. */
  reload: (repo: string) => Promise<string[]>;
};

export type ChangesOptions = {
  calls: IGitWrites;
  status: RepositoryStatus;
  memory: Memory;
  open: OpenFiles;
  coAuthors: CoAuthorSource;
};

/** What did not work; `again` does it once more. */
export type Trouble = { error: unknown; again: () => void };

/** What was done. */
export type Said =
  | { kind: 'committed'; hash: string; files: number; detail?: string }
  | { kind: 'told'; text: string };

/** Staging and committing in the repository that is looked at. */
export class ChangesModel implements IDisposable {
  constructor(readonly options: ChangesOptions) {
    const { calls, status, coAuthors } = options;
    this.notebooks = new Notebooks(
      calls,
      path => this.isBare(path),
      () => this.emit()
    );
    this.coAuthors = new CoAuthors(coAuthors, () => this.emit());
    status.changed.connect(this._onStatus, this);
    this._onStatus();
  }

  readonly notebooks: Notebooks;
  readonly coAuthors: CoAuthors;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get repo(): string {
    return this.options.status.repo ?? '';
  }

  /** The latest status that is known. */
  get status(): GitStatus | null {
    return this.options.status.status;
  }

  get files(): readonly ChangedFile[] {
    return this.options.status.files;
  }

  get staged(): readonly ChangedFile[] {
    return this.files.filter(each => each.staged !== undefined);
  }

  /** As the repository's answer has it; null before the first. */
  get repository(): GitRepository | null {
    return this._repository;
  }

  get message(): string {
    return this.options.memory.draft(this.repo);
  }

  get trouble(): Trouble | null {
    return this._trouble;
  }

  get said(): Said | null {
    return this._said;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this.options.status.changed.disconnect(this._onStatus, this);
    Signal.clearData(this);
  }

  emit(): void {
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  setRepository(repository: GitRepository): void {
    this._repository = repository;
    this.emit();
  }

  setMessage(message: string): void {
    this.options.memory.setDraft(this.repo, message);
  }

  /** Asks for everything anew, also who the author is. */
  async lookAgain(): Promise<void> {
    const { calls, status } = this.options;
    this._trouble = null;
    await Promise.all([
      status.refresh(),
      calls.repository(this.repo).then(
        repository => this.setRepository(repository),
        () => undefined
      )
    ]);
  }

  isBare(path: string): boolean {
    return isNotebook({ path }) && this.options.memory.isBare(this.repo, path);
  }

  shareOf(file: ChangedFile): { share: Share; isQuiet: boolean } {
    const { path } = file;
    return shareOf(file, this.isBare(path), this.notebooks.stateOf(path));
  }

  /** Whether a file, or one cell of it, is on its way into the index or out of it. */
  isBusy(path: string, cell?: CellEntry): boolean {
    return this._busy.has(cell ? cellName(path, cell) : path);
  }

  isUnfolded(path: string): boolean {
    return this._unfolded.has(path);
  }

  unfold(file: ChangedFile, isUnfolded: boolean): void {
    if (isUnfolded) {
      this._unfolded.add(file.path);
      void this.notebooks.load(this.repo, file);
    } else {
      this._unfolded.delete(file.path);
    }
    this.emit();
  }

  stage(files: readonly ChangedFile[]): Promise<void> {
    const { calls, open } = this.options;
    const { repo } = this;
    const paths = files.map(({ path }) => path);
    return this.write(paths, async () => {
      await open.save(repo, paths);
      const bare = paths.filter(path => this.isBare(path));
      const whole = paths.filter(path => !this.isBare(path));
      if (whole.length > 0) {
        await calls.stage({ repo, paths: whole });
      }
      for (const path of bare) {
        await calls.stage({ repo, paths: [path], withoutOutputs: true });
      }
    });
  }

  unstage(files: readonly ChangedFile[]): Promise<void> {
    const { repo } = this;
    const paths = files.map(({ path }) => path);
    return this.write(paths, () => this.options.calls.unstage({ repo, paths }));
  }

  /** Stages a cell, or takes one that is staged out again. */
  toggleCell(file: ChangedFile, seen: CellEntry): Promise<void> {
    const { calls, open } = this.options;
    const { repo } = this;
    const { path } = file;
    const name = cellName(path, seen);
    if (this._busy.has(name)) {
      return Promise.resolve();
    }
    return this.write([name], async () => {
      await open.save(repo, [path]);
      const cell = await this._again(file, seen);
      const choice = seen.share === 'all' ? cell.unstage : cell.stage;
      if (choice === null) {
        throw new CommonsError('GIT_MOVED');
      }
      const asked = { repo, paths: [path], ...choice };
      await (seen.share === 'all'
        ? calls.unstage(asked)
        : calls.stage({ ...asked, withoutOutputs: this.isBare(path) }));
    });
  }

  /** From now on the notebook goes without outputs, or with them; also what is staged. */
  setBare(file: ChangedFile, bare: boolean): Promise<void> {
    const { calls, memory } = this.options;
    const { repo } = this;
    const { path } = file;
    const { share } = this.shareOf(file);
    const notebook = this.notebooks.stateOf(path);
    memory.setBare(repo, path, bare);
    if (share === 'none') {
      return this.notebooks.load(repo, file).then(() => undefined);
    }
    const asked = { repo, paths: [path], withoutOutputs: bare };
    const cells =
      notebook?.kind === 'ready'
        ? notebook.cells.cells.flatMap(({ unstage }) => unstage?.cells ?? [])
        : [];
    return this.write([path], async () => {
      if (share === 'all') {
        await calls.stage(asked);
      } else if (cells.length > 0) {
        await calls.stage({ ...asked, cells });
      }
    });
  }

  /** What is staged, as a commit. The message stays until it is one. */
  commit(): Promise<void> {
    const { calls, memory } = this.options;
    const { repo, message, status } = this;
    const { trusted, programs = [] } = this._repository ?? {};
    if (this.isCommitting) {
      return Promise.resolve();
    }
    const make = async () => {
      const files = this.staged.length;
      const { hash = '', detail } = await calls.commit({
        repo,
        message,
        head: status?.head ?? null,
        coAuthors: this.coAuthors.chosen,
        hooks:
          trusted === true && programs.some(({ scope }) => scope === 'hook')
      });
      // Not what was typed while it was made.
      if (memory.draft(repo) === message) {
        memory.setDraft(repo, '');
      }
      this.coAuthors.clear();
      this.say({ kind: 'committed', hash, files, detail });
    };
    return this.write([COMMIT], make, () => void this.commit());
  }

  get isCommitting(): boolean {
    return this._busy.has(COMMIT);
  }

  say(said: Said | null): void {
    this._said = said;
    this.emit();
  }

  /** Tells what did not work; what is listed is then read again. */
  fail(error: unknown, again: () => void): void {
    this._trouble = { error, again };
    this.emit();
  }

  endTrouble(): void {
    this._trouble = null;
    this.emit();
  }

  /** One write after the other; each ends with a new look. Never rejects. */
  write(
    names: readonly string[],
    work: () => Promise<unknown>,
    again: () => void = () => void this.write(names, work)
  ): Promise<void> {
    const done = this._queue.then(async () => {
      this._trouble = null;
      this._said = null;
      this.emit();
      try {
        await work();
      } catch (error) {
        this.fail(error, again);
      }
      await this.options.status.refresh();
      names.forEach(name => this._busy.delete(name));
      this.emit();
    });
    this._queue = done;
    names.forEach(name => this._busy.add(name));
    this.emit();
    return done;
  }

  /** The cell as it is now; GIT_MOVED where that is not what was seen. */
  private async _again(file: ChangedFile, seen: CellEntry): Promise<CellEntry> {
    const { calls } = this.options;
    const { path } = file;
    const { files } = await calls.status(this.repo);
    const now = files.find(each => each.path === path);
    const state: NotebookState | null =
      now === undefined ? null : await this.notebooks.load(this.repo, now);
    const cell =
      state?.kind === 'ready'
        ? state.cells.cells.find(({ key }) => key === seen.key)
        : undefined;
    if (state?.kind === 'failed' && isCommonsError(state.error)) {
      throw state.error;
    }
    if (cell?.sum !== seen.sum) {
      throw new CommonsError('GIT_MOVED');
    }
    return cell;
  }

  /** Looks again into the notebooks that are open here, or that go without outputs. */
  private _onStatus(): void {
    const { files, repo, status } = this;
    if (repo !== this._known) {
      this._known = repo;
      this._unfolded.clear();
      this.notebooks.keep(new Set());
      this.coAuthors.clear();
      this._trouble = null;
      this._said = null;
    }
    this.notebooks.keep(new Set(files.map(({ path }) => path)));
    for (const file of files) {
      const { path, unstaged } = file;
      const isAsked = unstaged !== undefined && this.isBare(path);
      if (isNotebook(file) && (isAsked || this._unfolded.has(path))) {
        void this.notebooks.load(this.repo, file);
      }
    }
    const head = status?.head ?? '';
    this.coAuthors.follow(repo, head, this.staged.filter(isNotebook));
    this.emit();
  }

  private _repository: GitRepository | null = null;
  private _known = '';
  private _trouble: Trouble | null = null;
  private _said: Said | null = null;
  private _queue: Promise<void> = Promise.resolve();
  private readonly _busy = new Set<string>();
  private readonly _unfolded = new Set<string>();
  private _isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
}

const cellName = (path: string, { key }: CellEntry): string =>
  `${path}\n${key}`;

/** The name under which a commit is busy; no path is empty. */
const COMMIT = '';
