import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { IStateDB } from '@jupyterlab/statedb';
import type { IStatusBar } from '@jupyterlab/statusbar';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { UsageSample } from '@jupyterlab-commons/protocol';
import type { IDisposable } from '@lumino/disposable';
import type { IUsage, UsageState } from '../tokens';
import type { Notices } from './notices';
import { readSettings, type UsageSettings } from './settings';
import { UsageStatus } from './status-item';

const ID = 'jupyterlab-commons:usage';
const ITEM_RANK = 3;
/** Long enough for a pace: five minutes, a sample every five seconds. */
const KEPT = 60;
const KEPT_EVERY_MS = 4500;
/** Below these nothing is ever told, and its code is not loaded. */
const QUIET_SHARE = 0.4;
const QUIET_FREE = 1.5 * 1024 ** 3;
const QUIET_PRESSURE = 10;

export type WatchParts = {
  app: JupyterFrontEnd;
  usage: IUsage;
  manager: IDocumentManager;
  trans: TranslationBundle;
  /** Shows the panel. */
  open: () => void;
  statusBar: IStatusBar | null;
  settings: ISettingRegistry | null;
  state: IStateDB | null;
};

/** The item in the status bar, and an eye on what may run out. */
export async function watchUsage(parts: WatchParts): Promise<void> {
  const loaded = await parts.settings
    ?.load(ID)
    // Without settings the defaults hold.
    .catch(() => undefined);
  const watch = new Watch(parts);
  const apply = () => watch.choose(readSettings(loaded));
  loaded?.changed.connect(apply);
  apply();
}

/** Looks as often as somebody wants to know; loads what warns when there may be something to say. */
class Watch {
  constructor(private readonly _parts: WatchParts) {
    const { usage, statusBar } = _parts;
    usage.stateChanged.connect(this._onState, this);
    if (statusBar !== null) {
      const item = new UsageStatus(_parts);
      this._item = item;
      statusBar.registerStatusItem(ID, {
        item,
        align: 'left',
        rank: ITEM_RANK,
        isActive: () => item.isActive,
        activeStateChanged: item.activeChanged
      });
    }
  }

  choose(settings: UsageSettings): void {
    this._settings = settings;
    this._item?.choose(settings);
    const { showNotifications, showMemory, showCpu, showGpu } = settings;
    const isShown = this._item !== null && (showMemory || showCpu || showGpu);
    if (showNotifications || isShown) {
      this._looking ??= this._parts.usage.look('status');
    } else {
      this._looking?.dispose();
      this._looking = null;
    }
    // What stood when notifications were switched off goes now.
    this._onState(this._parts.usage, this._parts.usage.state);
  }

  private _onState(_: IUsage, state: UsageState): void {
    const { _settings: settings, _notices: notices } = this;
    if (state.kind !== 'ready' || settings === null) {
      return;
    }
    if (notices !== null) {
      notices.look(state, settings);
      return;
    }
    const { sample } = state;
    const last = this._recent[this._recent.length - 1];
    if (last === undefined || sample.at - last.at >= KEPT_EVERY_MS) {
      this._recent = [...this._recent.slice(1 - KEPT), sample];
    }
    if (settings.showNotifications && !this._loading && !isQuiet(sample)) {
      this._loading = true;
      void this._load();
    }
  }

  private async _load(): Promise<void> {
    try {
      const [{ Notices }, history] = await Promise.all([
        import('./notices'),
        import('../client/usage-history')
      ]);
      this._notices = new Notices(this._parts, history, this._recent);
      this._onState(this._parts.usage, this._parts.usage.state);
    } catch {
      // Tried again with the next sample.
      this._loading = false;
    }
  }

  private _item: UsageStatus | null = null;
  private _looking: IDisposable | null = null;
  private _settings: UsageSettings | null = null;
  private _recent: readonly UsageSample[] = [];
  private _notices: Notices | null = null;
  private _loading = false;
}

/** Whether there is nothing that could be close to its limit, and nothing has ended. */
function isQuiet({ memory, disk, gpus, incidents }: UsageSample): boolean {
  const { used = 0, limit = Infinity, pressure = 0 } = memory;
  const filled = [
    used / limit,
    disk?.by === 'machine' ? 0 : (disk?.used ?? 0) / (disk?.limit ?? Infinity),
    ...Object.values(gpus).map(
      ({ memoryUsed = 0, memoryTotal = Infinity }) => memoryUsed / memoryTotal
    )
  ];
  return (
    filled.every(share => !(share >= QUIET_SHARE)) &&
    !(limit === Infinity && pressure >= QUIET_PRESSURE) &&
    (disk?.free ?? Infinity) >= QUIET_FREE &&
    Object.keys(incidents).length === 0
  );
}
