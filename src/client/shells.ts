import type { DocumentInfo, EventMessage } from '@jupyterlab-commons/protocol';
import { Signal, type ISignal } from '@lumino/signaling';
import type { CompanionState, ICompanion, IDocuments } from '../tokens';
import type { Companion, ICompanionOptions } from './companion';
import type { Documents, Invitation } from './documents';
import { pageTooOld } from './page-too-old';

type Parts = { companion: Companion; documents: Documents };

/**
 * Stands for the companion from the start, and fetches the code that talks to
 * it with the first call or when the page has come up.
 */
export class CompanionShell implements ICompanion {
  constructor(options: ICompanionOptions) {
    this._options = options;
    this._state =
      options.base === null
        ? { kind: 'absent', reason: options.problem }
        : { kind: 'connecting' };
  }

  get state(): CompanionState {
    return this._parts?.companion.state ?? this._state;
  }

  get stateChanged(): ISignal<this, CompanionState> {
    return this._stateChanged;
  }

  get events(): ISignal<this, EventMessage> {
    return this._events;
  }

  call: ICompanion['call'] = async (route, options) =>
    (await this.load()).companion.call(route, options);

  /** Only what has called the companion before has a use for its sockets. */
  socketUrl(
    route: 'sync' | 'events',
    parts: Record<string, string> = {}
  ): string {
    if (this._parts === null) {
      throw new Error('socketUrl before any call');
    }
    return this._parts.companion.socketUrl(route, parts);
  }

  linkTo(documentId: string): string {
    return `${this._options.linkBase}?live=${encodeURIComponent(documentId)}`;
  }

  retry(): void {
    this._parts?.companion.retry();
  }

  /** Signs in and listens; does nothing where there is no companion. */
  async start(): Promise<void> {
    if (this._options.base !== null) {
      (await this.load()).companion.start();
    }
  }

  load(): Promise<Parts> {
    this._loading ??= this._load().catch(reason => {
      // After an update of the server the old files are gone; reloading helps.
      this._loading = null;
      this._state = { kind: 'failed', error: pageTooOld() };
      this._stateChanged.emit(this._state);
      throw reason;
    });
    return this._loading;
  }

  private async _load(): Promise<Parts> {
    const code = await import('./client-code');
    const companion = new code.Companion(this._options);
    // Before our own listeners are told: who asks then finds the list in step.
    const documents = new code.Documents(companion);
    companion.stateChanged.connect((_, state) =>
      this._stateChanged.emit(state)
    );
    companion.events.connect((_, message) => this._events.emit(message));
    this._parts = { companion, documents };
    return this._parts;
  }

  private _options: ICompanionOptions;
  private _state: CompanionState;
  private _parts: Parts | null = null;
  private _loading: Promise<Parts> | null = null;
  private _stateChanged = new Signal<this, CompanionState>(this);
  private _events = new Signal<this, EventMessage>(this);
}

/** Stands for the list of documents in the same way. */
export class DocumentsShell implements IDocuments {
  constructor(private readonly _companion: CompanionShell) {}

  get list(): readonly DocumentInfo[] | null {
    return this._documents?.list ?? null;
  }

  get listChanged(): ISignal<this, void> {
    return this._listChanged;
  }

  get invited(): ISignal<this, Invitation> {
    return this._invited;
  }

  async find(id: string): Promise<DocumentInfo> {
    return (await this.load()).find(id);
  }

  async refresh(): Promise<void> {
    return (await this.load()).refresh();
  }

  async load(): Promise<Documents> {
    const { documents } = await this._companion.load();
    if (this._documents === null) {
      this._documents = documents;
      documents.listChanged.connect(() => this._listChanged.emit());
      documents.invited.connect((_, invitation) =>
        this._invited.emit(invitation)
      );
    }
    return documents;
  }

  private _documents: Documents | null = null;
  private _listChanged = new Signal<this, void>(this);
  private _invited = new Signal<this, Invitation>(this);
}
