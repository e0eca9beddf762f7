import {
  CommonsError,
  type Allowance,
  type Decoded,
  type policyTried
} from '@jupyterlab-commons/protocol';
import { inSlices } from '../clock.ts';
import { evaluate } from './evaluate.ts';
import { readPolicySet } from './policy-file.ts';
import type { Quota } from './quota.ts';

const MOST_TOLD = 200;

type Tried = Decoded<typeof policyTried>;

/** What a file would do, without doing it. One trial at a time: each looks at everybody twice. */
export class PolicyTrial {
  readonly #quota: Quota;
  #busy = false;

  constructor(quota: Quota) {
    this.#quota = quota;
  }

  /** Throws TOO_FAST while another is under way. */
  async run(text: string): Promise<Tried> {
    const tried: Tried = {
      problems: [],
      newlyOver: [],
      noLongerOver: [],
      moreOver: 0
    };
    const read = readPolicySet(text);
    if (read.set === null) {
      return { ...tried, problems: read.problems };
    }
    if (this.#busy) {
      throw new CommonsError('TOO_FAST', 'another file is being tried');
    }
    this.#busy = true;
    try {
      const before = { ...this.#quota.situation(), forecast: false };
      const after = { ...before, set: read.set };
      await this.#quota.refresh(read.set);
      await inSlices(before.ledger.users(), person => {
        if (!person.gone) {
          const { user } = person;
          note(tried, user, [
            evaluate(before, person),
            evaluate(after, person)
          ]);
        }
      });
      return tried;
    } finally {
      this.#busy = false;
    }
  }
}

function note(
  tried: Tried,
  user: string,
  [before, after]: [Allowance[], Allowance[]]
): void {
  const refusedBefore = before.find(refuses);
  const refusedAfter = after.find(refuses);
  if (refusedAfter !== undefined && refusedBefore === undefined) {
    if (tried.newlyOver.length < MOST_TOLD) {
      const { policy, used, limit } = refusedAfter;
      tried.newlyOver.push({ user, policy, used, limit });
    } else {
      tried.moreOver++;
    }
  }
  if (
    refusedBefore !== undefined &&
    refusedAfter === undefined &&
    tried.noLongerOver.length < MOST_TOLD
  ) {
    tried.noLongerOver.push({ user, policy: refusedBefore.policy });
  }
}

/** Only one that refuses or stops says when it frees up. */
function refuses({ freeAt }: Allowance): boolean {
  return freeAt !== undefined;
}
