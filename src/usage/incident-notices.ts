import { Notification } from '@jupyterlab/apputils';
import type { UsageSample } from '@jupyterlab-commons/protocol';
import { incidentWords } from './incident-words';
import type { WatchParts } from './watch';

const KEY = 'jupyterlab-commons:incidents';
/** Of what happened longer ago nobody is told any more; the panel lists it. */
const OLD_MS = 24 * 3_600_000;
/** So many at once; the panel lists all. */
const MOST = 3;

/** Tells of each incident once, also over reloads of the page. */
export class IncidentNotices {
  constructor(private readonly _parts: WatchParts) {}

  tell(sample: UsageSample): void {
    this._sample = sample;
    if (Object.keys(sample.incidents).some(key => !this._seen.has(key))) {
      // The list of those told before this page came must be here first.
      this._ready ??= this._restore();
      void this._ready.then(() => this._tellNew());
    }
  }

  private _tellNew(): void {
    const { incidents, at } = this._sample!;
    const unseen = Object.entries(incidents)
      .filter(([key]) => !this._seen.has(key))
      .sort(([, one], [, other]) => other.at - one.at);
    if (unseen.length === 0) {
      return;
    }
    unseen.forEach(([key]) => this._seen.add(key));
    const recent = unseen.filter(([, incident]) => at - incident.at < OLD_MS);
    const { trans, open } = this._parts;
    for (const [, incident] of recent.slice(0, MOST).reverse()) {
      Notification.error(incidentWords(trans, incident).notice, {
        autoClose: false,
        actions: [
          {
            label: trans.__('Details'),
            displayType: 'accent',
            callback: open
          }
        ]
      });
    }
    // What the server does not know any more need not be remembered.
    const seen = [...this._seen].filter(key => Object.hasOwn(incidents, key));
    this._parts.state?.save(KEY, { seen }).catch(() => undefined);
  }

  private async _restore(): Promise<void> {
    const kept = await this._parts.state
      ?.fetch(KEY)
      // Being told twice is better than not at all.
      .catch(() => undefined);
    const { seen } = (kept ?? {}) as { seen?: unknown };
    for (const key of Array.isArray(seen) ? seen : []) {
      this._seen.add(String(key));
    }
  }

  private _sample: UsageSample | null = null;
  private _ready: Promise<void> | null = null;
  private readonly _seen = new Set<string>();
}
