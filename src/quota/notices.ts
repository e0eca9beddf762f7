import { Notification } from '@jupyterlab/apputils';
import type {
  Allowance,
  DeclinedRequest,
  PlannedStop,
  QuotaNews
} from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { noticeName } from '../ui/notice-name';
import { toneOf } from './allowance-words';
import { declinedWords, grantedWords, noticeWords } from './notice-words';
import { serverWords } from './server-words';
import type { Told } from './told';

const SHOWN_MS = 15_000;
/** So many at once; a page that opens hears of all that still hold. */
const MOST = 3;
const BURST_MS = 10_000;

export type NoticesOptions = {
  told: Told;
  trans: TranslationBundle;
  time: () => number;
  allowances: () => readonly Allowance[];
  open: () => void;
  ask: (policy: string) => void;
};

/** Notifications of what was reached, granted, declined and cancelled, each once for a person. */
export class Notices {
  constructor(private readonly _options: NoticesOptions) {}

  async tell(news: QuotaNews, own: string | null): Promise<void> {
    const { kind, key, allowance, stop, declined } = news;
    if (kind === 'granted' && allowance !== undefined) {
      this._takeBack(allowance.policy);
    }
    if (!(await this._options.told.claim(key))) {
      return;
    }
    switch (kind) {
      case 'notice':
        return allowance === undefined ? undefined : this._reached(allowance);
      case 'granted':
        return this._granted(allowance);
      case 'declined':
        return declined === undefined ? undefined : this._declined(declined);
      case 'cancelled':
        return this._cancelled(stop, own);
      case 'stop':
      case 'save':
        return undefined;
    }
  }

  private _reached(allowance: Allowance): void {
    const { trans, time } = this._options;
    const { policy } = allowance;
    this._takeBack(policy);
    if (this._isTooMuch()) {
      return;
    }
    const tone = toneOf(allowance);
    const show = { ok: 'info', high: 'warning', full: 'error' } as const;
    const notice = Notification[show[tone]](
      noticeWords(trans, allowance, time()),
      {
        autoClose: tone === 'ok' ? SHOWN_MS : false,
        actions: tone === 'ok' ? [this._details()] : this._both(policy)
      }
    );
    this._shown.set(policy, notice);
  }

  private _granted(allowance: Allowance | undefined): void {
    Notification.success(grantedWords(this._options.trans, allowance), {
      autoClose: SHOWN_MS,
      actions: [this._details()]
    });
  }

  /** It stays: whoever was away has to find it. */
  private _declined(declined: DeclinedRequest): void {
    const { trans, allowances } = this._options;
    Notification.info(declinedWords(trans, declined, allowances()), {
      autoClose: false,
      actions: [this._details()]
    });
  }

  private _cancelled(stop: PlannedStop | undefined, own: string | null): void {
    const { trans } = this._options;
    Notification.success(
      stop === undefined || stop.server === own
        ? trans.__('This server is not stopped after all.')
        : trans.__(
            '%1 is not stopped after all.',
            noticeName(serverWords(trans, stop.server, own))
          ),
      { autoClose: SHOWN_MS }
    );
  }

  /** True from the fourth of a burst on; the first of these says that there is more. */
  private _isTooMuch(): boolean {
    const now = Date.now();
    this._recent = this._recent.filter(at => now - at < BURST_MS);
    this._recent.push(now);
    if (this._recent.length === MOST + 1) {
      Notification.warning(
        this._options.trans.__(
          'More of your limits are nearly or all used up.'
        ),
        { autoClose: false, actions: [this._details()] }
      );
    }
    return this._recent.length > MOST;
  }

  /** What stands of this policy is out of date. */
  private _takeBack(policy: string): void {
    const notice = this._shown.get(policy);
    if (notice !== undefined) {
      Notification.dismiss(notice);
      this._shown.delete(policy);
    }
  }

  private _details(): Notification.IAction {
    const { trans, open } = this._options;
    return {
      label: trans.__('Details'),
      displayType: 'accent',
      callback: open
    };
  }

  private _both(policy: string): Notification.IAction[] {
    const { trans, ask } = this._options;
    return [
      { label: trans.__('Ask for more…'), callback: () => ask(policy) },
      this._details()
    ];
  }

  private readonly _shown = new Map<string, string>();
  private _recent: number[] = [];
}
