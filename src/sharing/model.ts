import {
  may,
  type DocumentInfo,
  type Share,
  type SharedRole
} from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type ISignal, Signal } from '@lumino/signaling';
import type { ICompanion, IDocuments } from '../tokens';
import { isCommonsError, problemOf, type Problem } from '../ui/problem-words';
import { shortName } from '../ui/words';
import type { Invitation, IPlainFile, ShareState } from './share-state';
import { PeopleSearch } from './people-search';
import { ShareCalls, type Holder } from './share-calls';

export type ShareModelOptions = {
  companion: ICompanion;
  documents: IDocuments;
  trans: TranslationBundle;
  /** Either a plain file, or the id of a document that is live. */
  target: { file: IPlainFile } | { id: string; name: string };
  /** Ends the sharing and cleans up after it. */
  stop: (document: DocumentInfo) => Promise<void>;
  now?: () => number;
};

/** The state of one share dialog. Every verb resolves; failures are in `problem`. */
export class ShareModel {
  constructor(options: ShareModelOptions) {
    this._calls = new ShareCalls(options.companion);
    this._documents = options.documents;
    this._stop = options.stop;
    this.trans = options.trans;
    this.now = options.now ?? Date.now;
    this.search = new PeopleSearch(options.companion);
    const { target } = options;
    this._file = 'file' in target ? target.file : null;
    this._id = 'file' in target ? null : target.id;
    this.name = 'file' in target ? target.file.name : target.name;
    this._state = this._file
      ? { kind: 'choose', type: this._file.type }
      : { kind: 'loading' };
  }

  readonly trans: TranslationBundle;
  readonly now: () => number;
  readonly name: string;
  readonly search: PeopleSearch;

  get state(): ShareState {
    return this._state;
  }
  /** Chosen and not let in yet. */
  get invitations(): readonly Invitation[] {
    return this._invitations;
  }
  /** What the link will allow once the file is live. */
  get linkChoice(): SharedRole | null {
    return this._linkChoice;
  }
  get busy(): boolean {
    return this._busy;
  }
  get problem(): Problem | null {
    return this._problem;
  }
  /** The last result, for the live region. */
  get news(): string {
    return this._news;
  }
  get link(): string | null {
    return this._id === null ? null : this._calls.linkTo(this._id);
  }
  get changed(): ISignal<this, void> {
    return this._changed;
  }
  /** Resolves when nothing is under way; at once if nothing is. */
  get settled(): Promise<void> {
    return this._settled;
  }

  /** Asks for a live document and its shares; nothing to do for a plain file. */
  async load(): Promise<void> {
    const id = this._id;
    if (id === null) {
      return;
    }
    try {
      const document = await this._calls.document(id);
      if (may(document.role, 'share')) {
        await this._loadShares(document);
      } else {
        this._show({ kind: 'guest', document });
      }
    } catch (error) {
      this._show({ kind: 'failed', problem: problemOf(this.trans, error) });
    }
  }

  /**
   * Adds somebody: to the list of the chosen while the file is plain, for real
   * once it is live. Returns what to say beside the field, or null if it is done.
   */
  async invite(who: Omit<Invitation, 'problem'>): Promise<string | null> {
    const name = who.name.trim();
    const refusal = this._refusal(who.kind, name);
    if (refusal !== null) {
      return refusal;
    }
    const invitation = { ...who, name, problem: null };
    if (this._state.kind === 'choose') {
      this._invitations = [...this._invitations, invitation];
      this._say(
        this.trans.__(
          '%1 is chosen. Press Share to let them in.',
          this._nameOf(invitation)
        )
      );
      return null;
    }
    let problem: string | null = null;
    await this._attempt(async () => {
      problem = await this._grant(invitation);
      await this._reloadShares();
    });
    return problem;
  }

  /** Takes somebody back who was chosen and not let in yet. */
  forget(invitation: Invitation): void {
    this._invitations = this._invitations.filter(each => each !== invitation);
    this._say(
      this.trans.__('%1 is no longer chosen.', this._nameOf(invitation))
    );
  }

  /** Tries again to let somebody in whose invitation was refused. */
  async inviteAgain(invitation: Invitation): Promise<void> {
    await this._attempt(async () => {
      await this._inviteChosen([invitation]);
      await this._reloadShares();
    });
  }

  /** Makes the file live, lets in everybody who was chosen, shows the live panel. */
  async share(): Promise<void> {
    const file = this._file;
    if (!file) {
      return;
    }
    await this._attempt(async () => {
      this._id ??= await file.goLive();
      await file.showLive(this._id);
      await this._inviteChosen(this._invitations);
      if (this._linkChoice) {
        await this._calls.put(this._id, LINK, {
          role: this._linkChoice,
          expiresAt: null
        });
      }
      await this._reloadShares();
      this._news = this._shareWords();
      void this._documents.refresh().catch(() => undefined);
    });
  }

  async change(
    share: Share,
    change: { role?: SharedRole; expiresAt?: string | null }
  ): Promise<void> {
    await this._attempt(async () => {
      const role = change.role ?? share.role;
      const expiresAt =
        change.expiresAt === undefined ? share.expiresAt : change.expiresAt;
      await this._calls.put(this._requireId(), share, { role, expiresAt });
      await this._reloadShares();
      this._news = this.trans.__('Changed for %1.', this._nameOf(share));
    });
  }

  async remove(share: Share): Promise<void> {
    await this._attempt(async () => {
      await this._calls.remove(this._requireId(), share);
      await this._reloadShares();
      this._news = this.trans.__(
        '%1 has no access any more.',
        this._nameOf(share)
      );
    });
  }

  /** Who may come in by the link: null for nobody. */
  async setLink(
    role: SharedRole | null,
    expiresAt: string | null = null
  ): Promise<void> {
    if (this._state.kind === 'choose') {
      this._linkChoice = role;
      this._changed.emit();
      return;
    }
    await this._attempt(async () => {
      const id = this._requireId();
      await (role
        ? this._calls.put(id, LINK, { role, expiresAt })
        : this._calls.remove(id, LINK));
      await this._reloadShares();
      this._news = role
        ? this.trans.__('Anyone on this hub with the link can come in.')
        : this.trans.__('The link lets nobody new in.');
    });
  }

  async rememberCopied(copied: Promise<void>): Promise<void> {
    await copied;
    this._say(this.trans.__('Link copied.'));
  }

  /** Ends the sharing for everybody. */
  async stop(): Promise<void> {
    const { state } = this;
    if (state.kind !== 'manage') {
      return;
    }
    await this._attempt(async () => {
      await this._stop(state.document);
      this._show({ kind: 'stopped' });
    });
  }

  /** The verb that failed, once more. */
  async retry(): Promise<void> {
    await (this._failed ? this._attempt(this._failed) : this.load());
  }

  dispose(): void {
    this.search.dispose();
    Signal.clearData(this);
  }

  private _refusal(kind: Invitation['kind'], name: string): string | null {
    if (name === '') {
      return this.trans.__('Type a user name first.');
    }
    if (kind === 'users' && name === this._calls.self) {
      return this.trans.__('That is you. You are the owner.');
    }
    const same = (each: { kind: string; name: string }) =>
      each.kind === kind && each.name === name;
    const known =
      this._state.kind === 'manage' && this._state.shares.some(same);
    return known || this._invitations.some(same)
      ? this.trans.__(
          '%1 is on the list already. Change the role there.',
          shortName(name)
        )
      : null;
  }

  private async _inviteChosen(chosen: readonly Invitation[]): Promise<void> {
    for (const invitation of chosen) {
      const problem = await this._grant(invitation);
      this._invitations = this._invitations.flatMap(each =>
        each !== invitation
          ? [each]
          : problem === null
            ? []
            : [{ ...each, problem }]
      );
    }
  }

  /** Lets one in; returns the refusal that belongs beside the name, throws all others. */
  private async _grant(invitation: Invitation): Promise<string | null> {
    try {
      await this._calls.put(this._requireId(), invitation, invitation);
    } catch (error) {
      if (isCommonsError(error) && ABOUT_THE_NAME.has(error.code)) {
        return problemOf(this.trans, error).text;
      }
      throw error;
    }
    this._news = this.trans.__('%1 is let in.', this._nameOf(invitation));
    return null;
  }

  private async _reloadShares(): Promise<void> {
    await this._loadShares(await this._calls.document(this._requireId()));
  }

  private async _loadShares(document: DocumentInfo): Promise<void> {
    const shares = await this._calls.list(document.id);
    this._show({ kind: 'manage', document, shares });
  }

  private _requireId(): string {
    if (this._id === null) {
      throw new Error('The file is not live yet.');
    }
    return this._id;
  }

  /** Runs the verbs one after the other; a failure becomes `problem`. */
  private _attempt(verb: () => Promise<void>): Promise<void> {
    this._settled = this._settled.then(() => this._run(verb));
    return this._settled;
  }

  private async _run(verb: () => Promise<void>): Promise<void> {
    this._busy = true;
    this._problem = null;
    this._failed = null;
    this._say('');
    try {
      await verb();
    } catch (error) {
      this._problem = problemOf(this.trans, error);
      this._failed = verb;
    }
    this._busy = false;
    this._changed.emit();
  }

  private _shareWords(): string {
    const left = this._invitations.length;
    return left === 0
      ? this.trans.__('%1 is shared.', shortName(this.name))
      : this.trans._n(
          '%2 is live, but %1 invitation did not work. See the reason below.',
          '%2 is live, but %1 invitations did not work. See the reasons below.',
          left,
          shortName(this.name)
        );
  }

  private _nameOf(who: {
    kind: string;
    name: string;
    displayName: string;
  }): string {
    return who.kind === 'link'
      ? this.trans.__('the link')
      : shortName(who.displayName || who.name);
  }

  private _say(news: string): void {
    this._news = news;
    this._changed.emit();
  }

  private _show(state: ShareState): void {
    this._state = state;
    this._changed.emit();
  }

  private readonly _calls: ShareCalls;
  private readonly _stop: (document: DocumentInfo) => Promise<void>;
  private readonly _documents: IDocuments;
  private readonly _file: IPlainFile | null;
  private _id: string | null;
  private _state: ShareState;
  private _invitations: Invitation[] = [];
  private _linkChoice: SharedRole | null = null;
  private _busy = false;
  private _problem: Problem | null = null;
  private _news = '';
  private _failed: (() => Promise<void>) | null = null;
  private _settled: Promise<void> = Promise.resolve();
  private _changed = new Signal<this, void>(this);
}

/** The holder of the general link. */
const LINK: Holder = { kind: 'link', name: '' };

/** Refusals that the person corrects in the name field, not by trying again. */
const ABOUT_THE_NAME: ReadonlySet<string> = new Set([
  'USER_UNKNOWN',
  'GROUP_UNKNOWN',
  'BAD_REQUEST'
]);
