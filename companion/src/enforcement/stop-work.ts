import { CommonsError } from '@jupyterlab-commons/protocol';
import { createGate } from '../hub/gate.ts';
import type { FoundServer, HubClient } from '../hub/hub-client.ts';
import type { Links } from '../live/link.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import type { Target } from './types.ts';

/** What has to be written before a stop is waited for so long, and what is missing just before it. */
const PREPARE_MS = 20_000;
const LAST_WRITE_MS = 5_000;
/** How often a hub that takes its time is asked whether the server has gone, and how long. */
const ASK_AGAIN_MS = 2_000;
const MOST_ASKED = 150;
/** The hub starts servers for people meanwhile. */
const AT_ONCE = 5;
/** Hubs keep microseconds, we milliseconds. */
const SAME_START_MS = 1_000;

/** What a hub can be asked for this. */
export type StoppingHub = Pick<HubClient, 'server' | 'stopServer' | 'absence'>;

export type StopWorkOptions = {
  hub: StoppingHub | null;
  links: Pick<Links, 'of' | 'has'>;
  /** Writes what the files of a server lack of their live documents. */
  flush: (user: string, server: string) => Promise<void>;
  clock: Clock;
  log: Log;
};

/** `gone`: it had ended by itself, or another one runs in its place. */
export type StopOutcome = 'stopped' | 'gone';

/** What is done before and at a stop. Knows nothing of countdowns. */
export class StopWork {
  readonly #options: StopWorkOptions;
  readonly #pass = createGate(AT_ONCE, 100_000);
  #stopped = false;

  constructor(options: StopWorkOptions) {
    this.#options = options;
  }

  /** Whether the hub does not answer at the moment. */
  get hubAway(): boolean {
    return this.#options.hub?.absence?.until === null;
  }

  /** Nothing is asked any more. */
  end(): void {
    this.#stopped = true;
  }

  /** Live documents are written, and the server keeps copies of what is open. Never throws, and takes at most 20 s. */
  async prepare(target: Target): Promise<void> {
    await this.#within(PREPARE_MS, this.#keepAll(target));
  }

  /**
   * Stops this run and no other. Rejects with HUB_ABSENT where nobody knows
   * what became of it, and with what else the hub says.
   */
  carryOut(target: Target): Promise<StopOutcome> {
    return this.#pass(async () => {
      const { user, server } = target;
      await this.#within(LAST_WRITE_MS, this.#options.flush(user, server));
      const hub = this.#hub();
      if (!isSame(await hub.server(user, server), target)) {
        return 'gone';
      }
      if ((await hub.stopServer(user, server)) === 'stopping') {
        await this.#untilGone(hub, target);
      }
      return 'stopped';
    });
  }

  async #keepAll({ user, server }: Target): Promise<void> {
    const { links, flush, log } = this.#options;
    await flush(user, server);
    if (!links.has(user, server)) {
      return;
    }
    try {
      await links.of(user, server).call({ method: 'keep-open' });
    } catch (error) {
      // A server of an older version does not know how.
      log.info('open files were not copied', {
        user,
        server,
        reason: reasonOf(error)
      });
    }
  }

  async #untilGone(hub: StoppingHub, target: Target): Promise<void> {
    for (let asked = 0; asked < MOST_ASKED && !this.#stopped; asked++) {
      await this.#pause(ASK_AGAIN_MS);
      if (!isSame(await hub.server(target.user, target.server), target)) {
        return;
      }
    }
    throw new CommonsError('HUB_ABSENT', 'the server does not end');
  }

  #hub(): StoppingHub {
    if (this.#options.hub === null) {
      throw new CommonsError('HUB_ABSENT', 'there is no hub');
    }
    return this.#options.hub;
  }

  #pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      this.#options.clock.after(ms, resolve);
    });
  }

  async #within(ms: number, work: Promise<void>): Promise<void> {
    let cancel = () => {};
    const late = new Promise<void>(resolve => {
      cancel = this.#options.clock.after(ms, resolve);
    });
    await Promise.race([work.catch(() => {}), late]);
    cancel();
  }
}

function isSame(found: FoundServer | null, { started }: Target): boolean {
  return (
    found !== null &&
    (found.started === null ||
      Math.abs(found.started - started) < SAME_START_MS)
  );
}
