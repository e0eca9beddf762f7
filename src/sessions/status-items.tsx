import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { ICompanion, ILiveEntry } from '../tokens';
import { PeopleStack } from '../ui/people-stack';
import type { EntryFollower } from './entry-follower';
import { saveWords } from './save-words';

type ItemOptions = {
  follower: EntryFollower;
  companion: ICompanion;
  trans: TranslationBundle;
};

/** A toolbar item of live documents; in the panel of a plain file it is hidden. */
class LiveItem extends ReactWidget {
  constructor(
    private readonly _follower: EntryFollower,
    private readonly _draw: (entry: ILiveEntry) => JSX.Element
  ) {
    super();
    this.addClass('jp-Commons-LiveItem');
    _follower.changed.connect(this._onChanged, this);
    this._onChanged();
  }

  override dispose(): void {
    this._follower.dispose();
    super.dispose();
  }

  protected override render(): JSX.Element {
    return (
      <UseSignal signal={this._follower.changed}>
        {() =>
          this._follower.entry === null ? (
            <></>
          ) : (
            this._draw(this._follower.entry)
          )
        }
      </UseSignal>
    );
  }

  private _onChanged(): void {
    this.setHidden(this._follower.entry === null);
  }
}

/** Who else is here. */
export function People(props: {
  entry: ILiveEntry;
  self: string | null;
  trans: TranslationBundle;
}): JSX.Element {
  const others = props.entry.info.present.filter(
    each => each.user !== props.self
  );
  return <PeopleStack people={others} trans={props.trans} />;
}

/** Whether what was typed here is safe, in a word or two. */
export function SaveState(props: {
  entry: ILiveEntry;
  trans: TranslationBundle;
}): JSX.Element {
  const { text, title, tone } = saveWords(props.trans, props.entry);
  return (
    <span className={`jp-Commons-SaveState jp-mod-${tone}`} title={title}>
      {text}
    </span>
  );
}

export function peopleItem({
  follower,
  companion,
  trans
}: ItemOptions): ReactWidget {
  return new LiveItem(follower, entry => {
    const { state } = companion;
    const self = state.kind === 'ready' ? state.session.user : null;
    return <People entry={entry} self={self} trans={trans} />;
  });
}

export function saveStateItem({ follower, trans }: ItemOptions): ReactWidget {
  return new LiveItem(follower, entry => (
    <SaveState entry={entry} trans={trans} />
  ));
}
