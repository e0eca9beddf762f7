import type { GitDone } from '@jupyterlab-commons/protocol';
import type {
  Credentials,
  IGitWrites,
  RemoteVerb
} from '../../client/git-writes';
import { isCommonsError } from '../../ui/problem-words';

export type RemoteOptions = {
  calls: Pick<IGitWrites, 'remote'>;
  /** Opens the dialog; null: it was left. */
  ask: (asked: {
    origin: string | undefined;
    refused: string | null;
  }) => Promise<Credentials | null>;
  onChanged: () => void;
};

/** What a verb came to; `left` where the person has ended it. */
export type RemoteEnd =
  | { kind: 'done'; verb: RemoteVerb; done: GitDone; to?: string }
  | { kind: 'left'; verb: RemoteVerb }
  | { kind: 'failed'; verb: RemoteVerb; error: unknown };

/** Fetch, pull and push: one at a time, beside everything else in the panel. */
export class Remotes {
  constructor(private readonly _options: RemoteOptions) {}

  /** What is under way; null: nothing. */
  get verb(): RemoteVerb | null {
    return this._verb;
  }

  /** Ends what is under way, git as well. */
  stop(): void {
    this._abort.abort();
  }

  /** `to`: the remote that was chosen, where there are several. */
  async run(verb: RemoteVerb, repo: string, to?: string): Promise<RemoteEnd> {
    const { signal } = (this._abort = new AbortController());
    this._verb = verb;
    this._options.onChanged();
    try {
      const done = await this._try(verb, repo, signal, to);
      return done === null
        ? { kind: 'left', verb }
        : { kind: 'done', verb, done, to };
    } catch (error) {
      return signal.aborted
        ? { kind: 'left', verb }
        : { kind: 'failed', verb, error };
    } finally {
      this._verb = null;
      this._options.onChanged();
    }
  }

  /** Asks for a name and secret as often as the remote does not accept them. */
  private async _try(
    verb: RemoteVerb,
    repo: string,
    signal: AbortSignal,
    to?: string
  ): Promise<GitDone | null> {
    const { calls, ask } = this._options;
    let refusal = await calls
      .remote(verb, repo, undefined, signal, to)
      .catch(wantsCredentials);
    let refused: string | null = null;
    while (refusal instanceof Wanted) {
      const { origin } = refusal;
      const given = await ask({ origin, refused });
      if (given === null || signal.aborted) {
        return null;
      }
      refusal = await calls
        .remote(verb, repo, given, signal, to)
        .catch(wantsCredentials);
      // Of several addresses of a push another one may ask next.
      const isSame = refusal instanceof Wanted && refusal.origin === origin;
      refused = isSame ? given.username : null;
    }
    return refusal;
  }

  private _verb: RemoteVerb | null = null;
  private _abort = new AbortController();
}

class Wanted {
  constructor(readonly origin: string | undefined) {}
}

function wantsCredentials(error: unknown): Wanted {
  if (isCommonsError(error) && error.code === 'GIT_AUTH') {
    return new Wanted(error.detail);
  }
  throw error;
}
