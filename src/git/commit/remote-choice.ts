import type { GitRemotes } from '@jupyterlab-commons/protocol';
import type { IGitWrites, RemoteVerb } from '../../client/git-writes';

/** What a person chooses from; only where there are several remotes. */
export class RemoteChoice {
  constructor(
    private readonly _calls: Pick<IGitWrites, 'remotes'>,
    private readonly _onChanged: () => void
  ) {}

  /** Empty where there is no choice: one remote, none, or nobody knows yet. */
  get remotes(): GitRemotes['remotes'] {
    const { remotes = [] } = this._found ?? {};
    return remotes.length > 1 ? remotes : [];
  }

  /** Whether there are more than can be listed. */
  get hasMore(): boolean {
    return this._found?.more === true;
  }

  /** Null: fetch and push cannot know where to. */
  get chosen(): string | null {
    const names = this.remotes.map(({ name }) => name);
    return (
      [this._picked, this._found?.usual].find(
        name => typeof name === 'string' && names.includes(name)
      ) ?? null
    );
  }

  choose(name: string): void {
    this._picked = name;
    this._onChanged();
  }

  /** The remote to name to the server; undefined where that knows it by itself. */
  of(verb: RemoteVerb): string | undefined {
    // What is pulled is what the branch follows, whatever is chosen.
    return verb === 'pull' ? undefined : (this.chosen ?? undefined);
  }

  /** Whether somebody has to choose before this can be done. */
  isMissing(verb: RemoteVerb): boolean {
    return (
      verb !== 'pull' && this.remotes.length > 0 && this.of(verb) === undefined
    );
  }

  /** Asks anew; what was picked holds for the branch that it was picked on. Never rejects. */
  async ask(repo: string, branch: string | undefined): Promise<void> {
    const key = JSON.stringify([repo, branch]);
    if (key !== this._key) {
      this._key = key;
      this._picked = null;
      this._found = null;
      this._onChanged();
    }
    const turn = ++this._turn;
    // Without a list the verbs go as before, and say what they lack.
    const found = await this._calls.remotes(repo).catch(() => null);
    if (turn === this._turn) {
      this._found = found ?? this._found;
      this._onChanged();
    }
  }

  private _found: GitRemotes | null = null;
  private _picked: string | null = null;
  private _key = '';
  private _turn = 0;
}
