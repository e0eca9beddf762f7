import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';
import { Banner, type BannerAction, type BannerTone } from '../ui/banner';
import { fileWords } from '../ui/file-words';
import { errorWords } from '../ui/problem-words';
import { personName } from '../ui/words';
import type { BannerCase, FileTrouble } from './banner-case';
import type { BannerModel } from './banner-model';
import { MergedNotice } from './merged-view';

/**
 * The place of the banner between toolbar and document. It is always there, at
 * height zero when there is nothing to say, because a screen reader reads only
 * what changes in a place that it knows.
 */
export class BannerWidget extends ReactWidget {
  constructor(private readonly _model: BannerModel) {
    super();
    this.addClass('jp-Commons-BannerWidget');
  }

  override dispose(): void {
    this._model.dispose();
    super.dispose();
  }

  protected override render(): JSX.Element {
    return (
      <Measured onHeight={height => this._setHeight(height)}>
        <BannerView model={this._model} />
      </Measured>
    );
  }

  /** The layout around us gives each child as much height as its style asks for. */
  private _setHeight(height: number): void {
    this.node.style.minHeight = `${height}px`;
    this.parent?.fit();
  }
}

function Measured(props: {
  onHeight: (height: number) => void;
  children: React.ReactNode;
}): JSX.Element {
  const box = React.useRef<HTMLDivElement>(null);
  const { onHeight } = props;
  React.useEffect(() => {
    const observer = new ResizeObserver(() =>
      onHeight(box.current?.offsetHeight ?? 0)
    );
    observer.observe(box.current!);
    return () => observer.disconnect();
    // The widget hands in a new closure each time, always with the same effect.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  return <div ref={box}>{props.children}</div>;
}

/** The banner for the model's case, with its buttons and their failure. */
export function BannerView({ model }: { model: BannerModel }): JSX.Element {
  return (
    <UseSignal signal={model.changed}>
      {() => (
        <div role="status">
          <Case model={model} />
          <MergedNotice model={model} />
          {model.problem === null ? null : (
            <Banner tone="error" text={model.problem} />
          )}
        </div>
      )}
    </UseSignal>
  );
}

function Case({ model }: { model: BannerModel }): JSX.Element | null {
  const { shown, trans } = model;
  if (shown.kind === 'none') {
    return null;
  }
  const actions = actionsFor(model, shown).map(action => ({
    ...action,
    disabled: model.busy
  }));
  return (
    <Banner
      tone={toneOf(shown)}
      text={wordsFor(trans, shown)}
      actions={actions}
    />
  );
}

type Shown = Exclude<BannerCase, { kind: 'none' }>;

function toneOf(shown: Shown): BannerTone {
  const quiet =
    shown.kind === 'view' ||
    (shown.kind === 'file' && shown.trouble === 'away');
  return quiet ? 'info' : shown.kind === 'ended' ? 'error' : 'warn';
}

function wordsFor(trans: TranslationBundle, shown: Shown): string {
  switch (shown.kind) {
    case 'ended':
      return shown.isOwner && shown.error.code === 'DOCUMENT_CLOSED'
        ? trans.__('You stopped sharing this document. Go on in your file.')
        : errorWords(trans, shown.error);
    case 'offline':
      return shown.kept
        ? trans.__(
            'Offline. Your edits are kept in this page and sent when the connection is back; do not close it.'
          )
        : trans.__('Offline. It is tried again by itself.');
    case 'view':
      return trans.__(
        'View only. Ask %1 if you need to edit.',
        personName(shown.owner)
      );
    case 'paused':
      return errorWords(trans, shown.error);
    case 'file':
      return fileWords(trans, shown.trouble, shown.detail) ?? '';
  }
}

function actionsFor(model: BannerModel, shown: Shown): BannerAction[] {
  const { trans } = model;
  switch (shown.kind) {
    case 'ended':
      return endedActions(model, shown);
    case 'view':
      return [{ label: trans.__('Hide'), run: () => model.hide() }];
    case 'file':
      return fileActions(model, shown.trouble);
    case 'offline':
    case 'paused':
      return [];
  }
}

function endedActions(
  model: BannerModel,
  { error, isOwner }: Extract<Shown, { kind: 'ended' }>
): BannerAction[] {
  const { trans } = model;
  if (isOwner && error.code === 'DOCUMENT_CLOSED' && model.filePath !== null) {
    return [
      { label: trans.__('Open the file'), run: () => void model.openFile() }
    ];
  }
  const copy = {
    label: trans.__('Save a copy in my files'),
    run: () => void model.saveCopy()
  };
  return error.code === 'EPOCH_CHANGED' || error.code === 'BAD_UPDATE'
    ? [
        copy,
        { label: trans.__('Open again'), run: () => void model.openAgain() }
      ]
    : [copy];
}

function fileActions(model: BannerModel, trouble: FileTrouble): BannerAction[] {
  const { trans } = model;
  switch (trouble) {
    case 'changed-outside':
      return [
        {
          label: trans.__(
            'Keep the live version (the other is kept beside it)'
          ),
          run: () => void model.keepLive()
        },
        { label: trans.__('Compare later'), run: () => model.hide() }
      ];
    case 'missing':
      return [
        {
          label: trans.__('Write it again'),
          run: () => void model.writeAgain()
        }
      ];
    case 'away':
    case 'failed':
      return [{ label: trans.__('Hide'), run: () => model.hide() }];
  }
}
