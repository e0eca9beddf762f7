import { open, stat } from 'node:fs/promises';
import type { AdminOverview } from '@jupyterlab-commons/protocol';
import { every } from '../clock.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import type { LedgerStore } from '../storage/ledger-store.ts';
import {
  MOST_FILE_BYTES,
  NO_POLICIES,
  readPolicySet,
  type PolicyFileRead
} from './policy-file.ts';
import { BY_POLICY, type Audit } from './types.ts';
import type { FileProblem, PolicySet } from './types.ts';

const LOOK_MS = 3_000;
/** Where the store keeps the file that was in force last. */
const KEPT = 'policy-file';

export type PolicySourceOptions = {
  /** Empty for none. */
  path: string;
  store: Pick<LedgerStore, 'meta' | 'putMeta'>;
  audit: Audit;
  /** Other policies are in force from now on. */
  changed: () => void;
  clock: Clock;
  log: Log;
};

/**
 * Q4: the file of policies. It is looked at every few seconds and read when it
 * has changed. One that cannot be used leaves the one before in force, also
 * over a restart.
 */
export class PolicySource {
  readonly #options: PolicySourceOptions;
  #set = NO_POLICIES;
  #lines: ReadonlyMap<string, number> = new Map();
  #loadedAt: number | null = null;
  #problems: FileProblem[] = [];
  /** What the file looked like when it was read. */
  #seen: string | null = null;
  #looking: Promise<void> | null = null;
  #stopLooks: () => void = () => {};

  constructor(options: PolicySourceOptions) {
    this.#options = options;
  }

  /** The policies that are in force. */
  get set(): PolicySet {
    return this.#set;
  }

  /** The line of a policy in the file; 0 when it is not known. */
  lineOf(policy: string): number {
    return this.#lines.get(policy) ?? 0;
  }

  get state(): AdminOverview['policyFile'] {
    const kind =
      this.#options.path === ''
        ? 'none'
        : this.#problems.length > 0
          ? 'broken'
          : 'ok';
    return { kind, loadedAt: this.#loadedAt, problems: this.#problems };
  }

  /** Reads the file, or what was in force before where it cannot be used; then looks by itself. */
  async start(): Promise<void> {
    if (this.#options.path === '') {
      return;
    }
    await this.look();
    if (this.#problems.length > 0) {
      await this.#takeKept();
    }
    this.#stopLooks = every(
      this.#options.clock,
      () => LOOK_MS,
      () => void this.look()
    );
  }

  stop(): void {
    this.#stopLooks();
  }

  /** Looks now whether the file has changed; never throws. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { path } = this.#options;
    const before = await looksOf(path);
    if (before === this.#seen) {
      return;
    }
    const found = await textOf(path);
    if ((await looksOf(path)) !== before) {
      // Somebody is writing it; the next look finds it whole.
      return;
    }
    this.#seen = before;
    if (found.text === null) {
      this.#refuse([{ line: 0, message: found.reason }]);
      return;
    }
    await this.#take(found.text, readPolicySet(found.text));
  }

  async #take(text: string, read: PolicyFileRead): Promise<void> {
    const { store, audit, clock, log, changed } = this.#options;
    if (read.set === null) {
      this.#refuse(read.problems);
      return;
    }
    this.#set = read.set;
    this.#lines = read.lines;
    this.#problems = [];
    this.#loadedAt = clock.now();
    const policies = read.set.policies.length;
    log.info('policies are in force', { policies });
    audit({
      actor: BY_POLICY,
      action: 'policies-loaded',
      user: '',
      detail: `policies: ${policies}`
    });
    changed();
    await store.putMeta(KEPT, text).catch((error: unknown) =>
      log.warn('the policies could not be kept for the next start', {
        reason: reasonOf(error)
      })
    );
  }

  #refuse(problems: FileProblem[]): void {
    const { audit, log } = this.#options;
    this.#problems = problems;
    for (const { line, message } of problems) {
      log.error('the policy file cannot be used', { line, message });
    }
    const [first] = problems;
    audit({
      actor: BY_POLICY,
      action: 'policies-broken',
      user: '',
      detail:
        `${problems.length} problems; line ${first?.line}: ${first?.message}`.slice(
          0,
          512
        )
    });
  }

  /** At the start of a process the policies before are those of the process before. */
  async #takeKept(): Promise<void> {
    const { store, log, changed } = this.#options;
    try {
      const kept = (await store.meta())[KEPT];
      const read = kept === undefined ? null : readPolicySet(kept);
      if (read?.set) {
        this.#set = read.set;
        this.#lines = new Map();
        log.warn('policies of before the start stay in force');
        changed();
      }
    } catch (error) {
      log.error('the policies of before could not be read', {
        reason: reasonOf(error)
      });
    }
  }
}

/** What changes when the file does. */
async function looksOf(path: string): Promise<string> {
  try {
    const { mtimeMs, ctimeMs, size, ino } = await stat(path);
    return `${ino}/${size}/${mtimeMs}/${ctimeMs}`;
  } catch {
    return 'unreadable';
  }
}

async function textOf(
  path: string
): Promise<{ text: string } | { text: null; reason: string }> {
  const no = (reason: string) => ({ text: null, reason });
  try {
    // A pipe would be waited for without end.
    if (!(await stat(path)).isFile()) {
      return no('COMMONS_QUOTA_FILE names something that is not a file');
    }
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(MOST_FILE_BYTES + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (bytesRead > MOST_FILE_BYTES) {
        return no('the file is larger than 1 MB');
      }
      const bytes = buffer.subarray(0, bytesRead);
      return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
    } finally {
      await file.close();
    }
  } catch (error) {
    return no(
      error instanceof TypeError
        ? 'the file is not UTF-8; save it as UTF-8'
        : `the file cannot be read (${codeOf(error)}); put it where COMMONS_QUOTA_FILE says, readable for the companion`
    );
  }
}

function codeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : 'unknown';
}
