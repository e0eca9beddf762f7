import type { GitRepository } from '@jupyterlab-commons/protocol';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { GitPrograms, IGitCalls } from '../client/git';
import type { GitChange } from '../client/git-watch';
import type { DetailsState } from './details';
import { isSame, questionOf, type Branch, type Question } from './query';
import { Rows } from './rows';
import { isSearch, readSearch, wrongDay, type Search } from './search';
import { Selection } from './selection';
import type { HistoryState, Place, Scope } from './state';

export type HistoryOptions = {
  calls: IGitCalls;
  /** Listens to a repository until it is disposed; see `GitWatch`. */
  watch: (
    repo: string,
    hear: (changed: readonly GitChange[]) => void
  ) => IDisposable;
};

const TYPING_MS = 300;
/** So many rows are read again when something has changed; more come as one scrolls. */
const MOST_REREAD = 5000;

/** The history of one place, current while somebody looks and silent otherwise. */
export class HistoryModel implements IDisposable {
  constructor(private readonly _options: HistoryOptions) {
    this._selection = new Selection(_options.calls, () => this._emit());
  }

  get state(): HistoryState {
    return this._state;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get calls(): IGitCalls {
    return this._options.calls;
  }

  /** The repository's folder for the contents API. */
  get repo(): string {
    return this._state.kind === 'open'
      ? (this._state.repository.repo ?? '')
      : '';
  }

  /** The file inside the repository; undefined for a folder. */
  get path(): string | undefined {
    return this._state.kind === 'open' && this._asked?.isFile
      ? this._state.repository.path
      : undefined;
  }

  /** Another one whenever a ref may have moved. */
  get turn(): number {
    return this._turn;
  }

  get scope(): Scope {
    return this.path === undefined ? 'repository' : this._scope;
  }

  /** The branch or tag whose history is listed; null for all. */
  get branch(): Branch | null {
    return this._branch;
  }

  /** The search as it stands in its field. */
  get field(): string {
    return this._field;
  }

  get search(): Search {
    return readSearch(this._field);
  }

  get rows(): Rows | null {
    return this._rows;
  }

  /** Rows that a search has found do not hang together. */
  get hasLanes(): boolean {
    return this.scope === 'repository' && !isSearch(this.search);
  }

  get selected(): string | null {
    return this._selection.selected;
  }

  get other(): string | null {
    return this._selection.other;
  }

  get isChoosing(): boolean {
    return this._selection.isChoosing;
  }

  get details(): DetailsState {
    return this._selection.details;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._stop();
    Signal.clearData(this);
  }

  /** Follows to another place; asks about it when somebody looks. */
  setPlace(place: Place | null): void {
    const { path, isFile } = this._place ?? {};
    if (place?.path !== path || place?.isFile !== isFile) {
      this._place = place;
      this._follow();
    }
  }

  setSeen(isSeen: boolean): void {
    if (isSeen !== this._isSeen) {
      this._isSeen = isSeen;
      this._follow();
    }
  }

  setScope(scope: Scope): void {
    this._scope = scope;
    this._restart();
  }

  setBranch(branch: Branch | null): void {
    this._branch = branch;
    this._restart();
  }

  /** Searches when typing has paused. */
  setField(field: string): void {
    this._field = field;
    clearTimeout(this._typing);
    this._typing = setTimeout(() => this.searchNow(), TYPING_MS);
    this._emit();
  }

  searchNow(): void {
    clearTimeout(this._typing);
    if (
      wrongDay(this.search) === null &&
      !isSame(this._listed, this._question)
    ) {
      this._restart();
    }
  }

  /** Fetches older rows. */
  more(): void {
    void this._rows?.more();
  }

  /** Tries again what has failed. */
  retry(): void {
    if (this._state.kind === 'open' && !hasMoved(this._rows)) {
      this.more();
    } else {
      this._restart();
      void this._ask();
    }
  }

  /** Shows a commit, or what lies between it and the selected one while choosing. */
  select(hash: string | null, isOther = this.isChoosing): void {
    this._selection.select(hash, isOther);
    this.showDetails();
  }

  /** The next row that is chosen is the other one, or is not any more. */
  choose(isChoosing: boolean): void {
    this._selection.choose(isChoosing);
  }

  /** Also tries again when that has failed. */
  showDetails(): void {
    this._selection.show(this.repo, this._rows);
  }

  /** Lets the programs that were seen run, or none any more. */
  async trust(trusted: boolean, programs: GitPrograms): Promise<void> {
    this._told(await this.calls.trust(this.repo, trusted, programs));
  }

  private _follow(): void {
    this._listen();
    if (this._isSeen && this._place !== this._asked) {
      void this._ask();
    }
  }

  /** Asks which repository is around the place, and lists what is not listed yet. */
  private async _ask(): Promise<void> {
    this._abort.abort();
    const { signal } = (this._abort = new AbortController());
    const place = this._place;
    if (place === null) {
      this._asked = null;
      this._setState({ kind: 'nowhere' });
      return;
    }
    try {
      const repository = await this.calls.repository(place.path, signal);
      if (!signal.aborted) {
        this._asked = place;
        this._told(repository);
      }
    } catch (reason) {
      if (!signal.aborted) {
        this._asked = place;
        this._setState({ kind: 'failed', reason });
      }
    }
  }

  private _told(repository: GitRepository): void {
    const before = this.repo;
    const fileBefore = this._listedFile;
    const wasOpen = this._state.kind === 'open';
    const kind = repository.kind === 'ok' ? 'open' : 'closed';
    this._state = { kind, repository };
    if (wasOpen && before !== this.repo) {
      // A branch or a commit of another repository means nothing here.
      this._branch = null;
      this._field = '';
      this._selection.drop();
    }
    if (kind === 'closed') {
      this._setState(this._state);
    } else {
      this._listen();
      if (!isSame(this._listed, this._question)) {
        if (this._filePath !== fileBefore) {
          this._selection.drop();
        }
        this._restart();
      }
      this._emit();
    }
  }

  private get _question(): Question {
    return questionOf(this.repo, this._filePath, this._branch, this.search);
  }

  private get _filePath(): string | undefined {
    return this.scope === 'file' ? this.path : undefined;
  }

  private _restart(): void {
    this._rows?.stop();
    if (this._state.kind !== 'open') {
      this._rows = null;
      this._listed = null;
      return;
    }
    const rows = this._newRows();
    rows.onChanged = () => this._onRows();
    this._rows = rows;
    void rows.more();
    this._emit();
  }

  private _onRows(): void {
    if (this._rows?.isMixed && !this._isReading) {
      void this._reread();
    }
    this._emit();
  }

  private _newRows(): Rows {
    const question = this._question;
    const { repo, ...query } = question;
    this._listed = question;
    this._listedFile = this._filePath;
    return new Rows(this.calls, repo, query);
  }

  /** Reads again what is listed and puts it in its place in one go. */
  private async _reread(): Promise<void> {
    const before = this._rows;
    if (this._isReading || before === null) {
      this._isStale = before !== null;
      return;
    }
    this._isReading = true;
    this._isStale = false;
    const rows = this._newRows();
    await rows.fill(Math.min(before.rows.length, MOST_REREAD));
    this._isReading = false;
    if (this._rows === before && rows.state.kind !== 'failed') {
      before.stop();
      rows.onChanged = () => this._onRows();
      this._rows = rows;
      this._emit();
    }
    if (this._isStale) {
      void this._reread();
    }
  }

  /** Brings the socket in step with who looks at what. */
  private _listen(): void {
    const repository =
      this._state.kind === 'open' || this._state.kind === 'closed'
        ? this._state.repository
        : null;
    const repo = this._isSeen ? (repository?.repo ?? null) : null;
    if (repo === this._heard) {
      return;
    }
    this._watch?.dispose();
    this._watch = null;
    this._heard = repo;
    if (repo !== null) {
      let isNew = repo !== this._known;
      this._known = repo;
      this._watch = this._options.watch(repo, changed => {
        // The first frame after a pause: what happened meanwhile is unknown.
        const isPlain = changed.every(each => each === 'index');
        if (changed.length === 0 ? !isNew : !isPlain) {
          this._turn++;
          void this._ask();
          void this._reread();
        }
        isNew = false;
      });
    }
  }

  private _setState(state: HistoryState): void {
    this._state = state;
    this._branch = null;
    this._listen();
    this._restart();
    this._selection.drop();
  }

  private _stop(): void {
    clearTimeout(this._typing);
    this._abort.abort();
    this._rows?.stop();
    this._selection.dispose();
    this._watch?.dispose();
  }

  private _emit(): void {
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  private readonly _selection: Selection;
  private _state: HistoryState = { kind: 'loading' };
  private _place: Place | null = null;
  /** The place that the state is about; undefined before the first answer. */
  private _asked: Place | null | undefined = undefined;
  private _isSeen = false;
  private _scope: Scope = 'file';
  private _branch: Branch | null = null;
  private _field = '';
  private _rows: Rows | null = null;
  /** The question that the rows answer, and its file. */
  private _listed: Question | null = null;
  private _listedFile: string | undefined;
  private _isReading = false;
  private _isStale = false;
  private _turn = 0;
  private _watch: IDisposable | null = null;
  /** The repository that is listened to now, and the last one. */
  private _heard: string | null = null;
  private _known: string | null = null;
  private _typing: ReturnType<typeof setTimeout> | undefined;
  private _abort = new AbortController();
  private _isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
}

/** A page asked for at a repository that has changed since can never come. */
function hasMoved(rows: Rows | null): boolean {
  const state = rows?.state;
  return (
    state?.kind === 'failed' &&
    (state.reason as { code?: unknown }).code === 'GIT_MOVED'
  );
}
