import { Notification } from '@jupyterlab/apputils';
import { CommandIDs } from './commands';
import type { Cause, Warning } from './warnings';
import type { WatchParts } from './watch';

/** Of one cause there is not more than one notification in this time. */
const QUIET_MS = 10 * 60_000;
const SAVE_ALL = 'docmanager:save-all';

type Shown = {
  /** Null: its cause has gone. */
  notice: string | null;
  kind: Warning['kind'];
  at: number;
};

/** Notifications of what is about to run out; they go when their cause does. */
export class WarningNotices {
  constructor(private readonly _parts: WatchParts) {}

  /** What is warned of now. */
  get standing(): ReadonlySet<Cause> {
    return new Set(
      [...this._shown]
        .filter(([, { notice }]) => notice !== null)
        .map(([cause]) => cause)
    );
  }

  /** These and no others are true now. */
  show(warnings: readonly Warning[]): void {
    for (const [cause, shown] of this._shown) {
      if (
        shown.notice !== null &&
        !warnings.some(each => each.cause === cause)
      ) {
        Notification.dismiss(shown.notice);
        shown.notice = null;
      }
    }
    for (const warning of warnings) {
      if (this._isNews(warning)) {
        this._shown.set(warning.cause, {
          notice: Notification.warning(warning.text, {
            autoClose: false,
            actions: this._actions(warning)
          }),
          kind: warning.kind,
          at: Date.now()
        });
      }
    }
  }

  private _isNews({ cause, kind }: Warning): boolean {
    const shown = this._shown.get(cause);
    if (shown === undefined) {
      return true;
    }
    // Also where the person has put it away: the cause is still the same.
    if (shown.notice !== null) {
      return false;
    }
    // A forecast that did not come true does not keep the real thing quiet.
    const isReal = kind === 'level' && shown.kind === 'pace';
    return isReal || Date.now() - shown.at >= QUIET_MS;
  }

  private _actions({ cause }: Warning): Notification.IAction[] {
    const { app, trans } = this._parts;
    const run = (command: string) => () => void app.commands.execute(command);
    const show =
      cause === 'gpu' ? CommandIDs.showGpus : CommandIDs.showResources;
    const actions: Notification.IAction[] = [
      {
        label: trans.__('Show'),
        displayType: 'accent',
        callback: run(show)
      }
    ];
    if (cause !== 'gpu' && this._hasUnsaved()) {
      actions.unshift({
        label: trans.__('Save all'),
        callback: run(SAVE_ALL)
      });
    }
    return actions;
  }

  private _hasUnsaved(): boolean {
    const { app, manager } = this._parts;
    return (
      app.commands.hasCommand(SAVE_ALL) &&
      [...app.shell.widgets('main')].some(
        widget => manager.contextForWidget(widget)?.model.dirty === true
      )
    );
  }

  private readonly _shown = new Map<Cause, Shown>();
}
