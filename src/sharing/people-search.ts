import { peopleList, type PeopleList } from '@jupyterlab-commons/protocol';
import { type ISignal, Signal } from '@lumino/signaling';
import type { ICompanion } from '../tokens';

/** Long enough that a word typed quickly is one question. */
const PAUSE_MS = 200;

/**
 * Suggestions for what is being typed. A failure gives no suggestions: a name
 * can always be typed in full, and the invitation itself says what is wrong.
 */
export class PeopleSearch {
  constructor(private readonly _companion: ICompanion) {}

  get found(): PeopleList {
    return this._found;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Asks after a short pause; an answer to an older text is dropped. */
  ask(text: string): void {
    window.clearTimeout(this._timer);
    const turn = ++this._turn;
    const query = text.trim();
    if (query === '') {
      this._show({ people: [], groups: [] });
      return;
    }
    this._timer = window.setTimeout(
      () => void this._search(query, turn),
      PAUSE_MS
    );
  }

  dispose(): void {
    window.clearTimeout(this._timer);
    this._turn++;
    Signal.clearData(this);
  }

  private async _search(query: string, turn: number): Promise<void> {
    let found: PeopleList = { people: [], groups: [] };
    try {
      found = await this._companion.call('people', {
        query: { q: query },
        answer: peopleList
      });
    } catch {
      // See above.
    }
    if (turn === this._turn) {
      this._show(found);
    }
  }

  private _show(found: PeopleList): void {
    this._found = found;
    this._changed.emit();
  }

  private _found: PeopleList = { people: [], groups: [] };
  private _changed = new Signal<this, void>(this);
  private _timer = 0;
  private _turn = 0;
}
