import type { UsageSample } from '@jupyterlab-commons/protocol';
import type { LiveHistory } from '../client/usage-history';
import type { UsageState } from '../tokens';
import { IncidentNotices } from './incident-notices';
import type { UsageSettings } from './settings';
import { WarningNotices } from './warning-notices';
import { warningsOf } from './warnings';
import type { WatchParts } from './watch';

/** Warns before something runs out, and tells what has ended. */
export class Notices {
  /** `recent` are the samples before the first look, oldest first. */
  constructor(
    private readonly _parts: WatchParts,
    private readonly _code: { LiveHistory: typeof LiveHistory },
    recent: readonly UsageSample[]
  ) {
    this._warnings = new WarningNotices(_parts);
    this._incidents = new IncidentNotices(_parts);
    recent.forEach(sample => this._remember(sample));
  }

  look(
    { sample, history }: Extract<UsageState, { kind: 'ready' }>,
    settings: UsageSettings
  ): void {
    const remembered = this._remember(sample);
    if (!settings.showNotifications) {
      this._warnings.show([]);
      return;
    }
    this._warnings.show(
      warningsOf(this._parts.trans, {
        sample,
        history: history ?? remembered.current,
        thresholds: settings,
        standing: this._warnings.standing
      })
    );
    this._incidents.tell(sample);
  }

  /** The server sends its history to panels only; a pace is seen in this one too. */
  private _remember(sample: UsageSample): LiveHistory {
    this._history ??= this._code.LiveHistory.empty(sample.at);
    this._history.add(sample);
    return this._history;
  }

  private readonly _warnings: WarningNotices;
  private readonly _incidents: IncidentNotices;
  private _history: LiveHistory | null = null;
}
