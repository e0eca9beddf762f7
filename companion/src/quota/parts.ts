import type { AdminOverview, EventMessage } from '@jupyterlab-commons/protocol';
import type { Config } from '../config.ts';
import { Enforcement } from '../enforcement/parts.ts';
import type { FileKeeper } from '../files/file-keeper.ts';
import { adminChanges } from '../http/admin-changes.ts';
import { adminExport } from '../http/admin-export.ts';
import { AdminRights } from '../http/admin-rights.ts';
import { adminViews, type LiveDocument } from '../http/admin-views.ts';
import { hookResources } from '../http/hook.ts';
import { quotaResources } from '../http/quota.ts';
import type { Resources } from '../http/router.ts';
import type { HubClient } from '../hub/hub-client.ts';
import { HubWatch } from '../ledger/hub-watch.ts';
import { Ledger } from '../ledger/ledger.ts';
import { Meters } from '../ledger/meters/meters.ts';
import { NO_RATES } from '../ledger/rates.ts';
import { Reported } from '../ledger/reported.ts';
import { UNKNOWN_PROFILE } from '../ledger/unread-options.ts';
import type { Events } from '../live/events.ts';
import type { Links } from '../live/link.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import type { LedgerStore } from '../storage/ledger-store.ts';
import type { Samples } from '../usage/samples.ts';
import type { ServerNow } from './admin-row.ts';
import type { ServersNow } from './admin-row.ts';
import { AdminTable } from './admin-table.ts';
import { PeopleTotals } from './totals.ts';
import { auditInto } from './audit.ts';
import { remarksOn } from './file-remarks.ts';
import { GpuWatch } from './gpu-work.ts';
import { sightOf, type GroupAdmins, type Looker } from './group-admins.ts';
import { Overrides } from './overrides.ts';
import { isUnclear, profileOf } from './policy-file.ts';
import { PolicySource } from './policy-source.ts';
import { PolicyTrial } from './policy-trial.ts';
import { Quota } from './quota.ts';
import type { ReportOptions } from './report.ts';
import { Requests } from './requests.ts';
import type { Audit } from './types.ts';

/** A server that says nothing for so long has not reported. */
const SILENT_MS = 120_000;

export type QuotaPartsOptions = {
  config: Config;
  store: LedgerStore;
  hub: HubClient | null;
  links: Links;
  files: FileKeeper;
  samples: Samples;
  events: Events;
  /** Documents that somebody has open. */
  live: () => Promise<LiveDocument[]>;
  clock: Clock;
  log: Log;
};

/** Ledger, policies and what follows from them. */
export class QuotaParts {
  readonly ledger: Ledger;
  readonly quota: Quota;
  readonly enforcement: Enforcement;
  readonly source: PolicySource;
  readonly requests: Requests;
  readonly #options: QuotaPartsOptions;
  /** Everybody, for admins. */
  readonly table: AdminTable;
  /** Everybody together, for metrics. */
  readonly totals: PeopleTotals;
  readonly #overrides: Overrides;
  readonly #gpus = new GpuWatch();
  readonly #hubWatch: HubWatch | null;
  readonly #meters: Meters;
  readonly #reported: Reported;
  readonly #groupAdmins: GroupAdmins;
  readonly #audit: Audit;
  #isStarted = false;

  constructor(options: QuotaPartsOptions) {
    const { config, store, hub, clock, log } = options;
    const { ledgerDays, pollSeconds, quotaFile } = config;
    this.#options = options;
    this.#groupAdmins = config.groupAdmins ?? new Map();
    this.#audit = auditInto({ store, clock, log });
    this.ledger = new Ledger({ store, clock, log, days: ledgerDays });
    const { ledger } = this;
    const changed = () => this.#changed();
    const shared = { store, audit: this.#audit, changed, clock, log };
    this.source = new PolicySource({ ...shared, path: quotaFile });
    this.#overrides = new Overrides(shared);
    this.requests = new Requests({
      ...shared,
      tell: (user, quota) =>
        options.events.tellPerson(user, { type: 'quota', quota })
    });
    const overrides = this.#overrides;
    this.quota = new Quota({ ledger, source: this.source, overrides, clock });
    const serversNow: ServersNow = (user, server) =>
      this.#serverNow(user, server);
    this.table = new AdminTable({ quota: this.quota, serversNow });
    this.totals = new PeopleTotals({ quota: this.quota, serversNow });
    this.enforcement = new Enforcement({
      ...options,
      quota: this.quota,
      ended: ({ user, server }) => ledger.ended(user, server, clock.now())
    });
    this.#hubWatch =
      hub && new HubWatch({ hub, ledger, clock, log, pollSeconds });
    this.#meters = new Meters({ ledger, clock, log });
    this.#reported = new Reported({ store, clock, log });
    options.samples.listen(this.#reported);
    options.samples.listen({
      used: (user, server, delta, { gpus }) =>
        this.#gpus.used(user, server, delta, gpus)
    });
  }

  /** Reads what is known, then counts, warns and stops by itself. What fails here ends nothing else. */
  async start(): Promise<void> {
    try {
      await this.ledger.load();
      await this.#reported.load();
      await this.#overrides.start();
      await this.requests.start();
      await this.source.start();
      await this.enforcement.start();
      this.#isStarted = true;
      this.#changed();
      this.#hubWatch?.start();
    } catch (error) {
      this.#options.log.error('quota does not work; nobody is limited', {
        reason: reasonOf(error)
      });
    }
  }

  async stop(): Promise<void> {
    this.#hubWatch?.stop();
    this.source.stop();
    this.#overrides.stop();
    this.enforcement.stop();
    this.#meters.stop();
    await this.#reported.close();
    await this.ledger.close();
  }

  /** What a page that has just been opened must know. */
  greet(user: string): EventMessage[] {
    const standing = this.requests.standing(user);
    return [
      ...this.enforcement.greet(user),
      ...standing.map(quota => ({ type: 'quota' as const, quota }))
    ];
  }

  /** Polls of the hub since the process began. */
  get polls(): { ok: number; failed: number } {
    return this.#hubWatch?.counts ?? { ok: 0, failed: 0 };
  }

  /** Q5: whether there is anybody that they may see. */
  maySee(looker: Looker): boolean {
    return sightOf(this.#groupAdmins, looker) !== null;
  }

  /** One resource for each row of the route table that is about quota. */
  resources() {
    const { quota, requests, enforcement } = this;
    const { clock, store } = this.#options;
    const audit = this.#audit;
    const overrides = this.#overrides;
    const { stops } = enforcement;
    const report = this.#report();
    const rights = new AdminRights(this.#groupAdmins, this.ledger);
    const shared = { rights, quota, overrides, requests, stops, store, audit };
    return {
      ...hookResources(enforcement.desk),
      ...quotaResources({ quota, requests, report, clock }),
      ...adminViews({
        ...shared,
        report,
        table: this.table,
        policyFile: () => this.#policyFile(),
        hubAwaySince: () => this.#hubAwaySince(),
        live: this.#options.live
      }),
      ...adminChanges({
        ...shared,
        clock,
        trial: new PolicyTrial(quota),
        correct: correction => this.ledger.correct(correction),
        changed: () => this.#changed()
      }),
      ...adminExport({ rights, quota, audit })
    } satisfies Partial<Resources>;
  }

  #report(): ReportOptions {
    const { quota, requests, enforcement } = this;
    return {
      quota,
      requests,
      stops: enforcement.stops,
      store: this.#reported,
      broken: () => this.source.state.kind === 'broken',
      reports: (user, server) => this.#heard(user, server) !== null
    };
  }

  /** The newest of a server that has reported of late. */
  #heard(user: string, server: string) {
    const { samples, clock } = this.#options;
    const heard = samples.newest(user, server);
    return heard !== null && clock.now() - heard.heardAt <= SILENT_MS
      ? heard
      : null;
  }

  #serverNow(user: string, server: string): ServerNow {
    const heard = this.#heard(user, server);
    if (heard === null) {
      return { linked: false, gpu: null };
    }
    const { memoryBytes, cpuCores } = heard;
    return {
      linked: true,
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...(cpuCores === undefined ? {} : { cpuCores }),
      gpu: this.#gpus.of(user, server)
    };
  }

  /** With the file in use, what looks wrong in it. */
  #policyFile(): AdminOverview['policyFile'] {
    const { state, set } = this.source;
    const remarks = () =>
      remarksOn(set.policies, this.ledger, name => this.source.lineOf(name));
    return state.kind === 'ok'
      ? { ...state, problems: remarks().slice(0, 100) }
      : state;
  }

  #hubAwaySince(): number | null {
    const absence = this.#options.hub?.absence ?? null;
    return absence?.until === null ? absence.from : null;
  }

  /** Other limits hold: servers are counted by the profiles of now, and people hear of it. */
  #changed(): void {
    const { profiles, meters } = this.source.set;
    this.#meters.setRules(meters);
    this.ledger.setProfiles((options, unread) => {
      if (isUnclear(profiles, options, unread)) {
        return UNKNOWN_PROFILE;
      }
      const profile = profileOf(profiles, options);
      return profile === null
        ? { name: 'default', rates: NO_RATES }
        : { name: profile.name, rates: profile };
    });
    // Before it knows what was told and planned, everything would be new to it.
    if (this.#isStarted) {
      this.enforcement.recheck().catch((error: unknown) =>
        this.#options.log.error('limits could not be looked at', {
          reason: reasonOf(error)
        })
      );
    }
  }
}
