import type { IGitCalls } from '../client/git';
import { Details, type DetailsState } from './details';
import type { Rows } from './rows';

/** Which commit is looked at, or which two are compared, and what is known of it. */
export class Selection {
  constructor(
    calls: IGitCalls,
    private readonly _onChanged: () => void
  ) {
    this._details = new Details(calls, _onChanged);
  }

  get selected(): string | null {
    return this._selected;
  }

  /** The other of two commits that are compared. */
  get other(): string | null {
    return this._other;
  }

  /** Whether the next row that is chosen is compared with the selected one. */
  get isChoosing(): boolean {
    return this._isChoosing;
  }

  get details(): DetailsState {
    return this._details.state;
  }

  /** Shows a commit, or with `isOther` what lies between it and the selected one. */
  select(hash: string | null, isOther: boolean): void {
    if (isOther && hash !== null && this._selected !== null) {
      this._other = hash === this._selected ? null : hash;
    } else {
      this._selected = hash;
      this._other = null;
    }
    this._isChoosing = false;
  }

  choose(isChoosing: boolean): void {
    this._isChoosing = isChoosing && this._selected !== null;
    this._onChanged();
  }

  /** Of two commits the lower one in the list is the older one. */
  show(repo: string, rows: Rows | null): void {
    const { _selected: selected, _other: other } = this;
    if (selected === null || other === null) {
      const shown = selected === null ? null : { hash: selected };
      void this._details.show(repo, shown);
      return;
    }
    const isOlder =
      (rows?.indexOf(other) ?? 0) > (rows?.indexOf(selected) ?? 0);
    const [hash, from] = isOlder ? [selected, other] : [other, selected];
    void this._details.show(repo, { hash, from });
  }

  drop(): void {
    this.select(null, false);
    this.show('', null);
  }

  dispose(): void {
    this._details.dispose();
  }

  private readonly _details: Details;
  private _selected: string | null = null;
  private _other: string | null = null;
  private _isChoosing = false;
}
