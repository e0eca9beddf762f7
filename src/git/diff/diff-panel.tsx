import '../../../style/git-diff.css';
import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import { DiffView, titleWords, type DiffViewProps } from './diff-view';
import { MainPanel } from './main-panel';

/** Below this two columns of code cannot be read. */
const NARROW_PX = 720;

/** The main area's tab of a diff. */
export class DiffPanel extends MainPanel {
  constructor(private readonly _props: Omit<DiffViewProps, 'isNarrow'>) {
    super();
    const { model } = _props;
    model.changed.connect(this._onChanged, this);
    this._name();
    void model.load();
  }

  override dispose(): void {
    this._props.model.dispose();
    super.dispose();
  }

  protected override render(): JSX.Element {
    return <DiffView {...this._props} isNarrow={this._isNarrow} />;
  }

  protected override onResize(msg: Widget.ResizeMessage): void {
    super.onResize(msg);
    const width = msg.width < 0 ? this.node.offsetWidth : msg.width;
    const isNarrow = width > 0 && width < NARROW_PX;
    if (isNarrow !== this._isNarrow) {
      this._isNarrow = isNarrow;
      this.update();
    }
  }

  private _onChanged(): void {
    this._name();
    this.update();
  }

  private _name(): void {
    const { model, look } = this._props;
    this.title.label = titleWords(model, look);
    this.title.caption = model.change.path;
  }

  private _isNarrow = false;
}
