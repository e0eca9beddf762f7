import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { problemOf } from '../../ui/problem-words';
import type { CellContent } from './cell-content';
import type { Layout } from './model';
import { Outputs } from './outputs';
import { SourceDiff, useLanguage, type LanguageSpec } from './source-diff';
import { useLoaded } from './use-loaded';

/** What everything that shows a version is drawn with. */
export type Look = {
  rendermime: IRenderMimeRegistry;
  languages: IEditorLanguageRegistry;
  trans: TranslationBundle;
  layout: Layout;
  /** Of the kernel. */
  language: string;
};

/** The language of a cell of that type. */
export const languageOf = (type: string, kernel: string): LanguageSpec =>
  type === 'code'
    ? { name: kernel }
    : type === 'markdown'
      ? { mime: 'text/x-ipythongfm' }
      : {};

export function Failure(props: {
  error: unknown;
  trans: TranslationBundle;
  retry?: () => void;
}): JSX.Element {
  const { error, trans, retry } = props;
  return (
    <div className="jp-Commons-GitFailure" role="alert">
      <p className="jp-Commons-problem">{problemOf(trans, error).text}</p>
      {retry && (
        <button type="button" className="jp-Commons-button" onClick={retry}>
          {trans.__('Try again')}
        </button>
      )}
    </div>
  );
}

/** A whole cell as it was: its source, and its outputs when they are asked for. */
export function OldCellView(props: {
  load: () => Promise<CellContent>;
  id: string;
  label: string;
  look: Look;
}): JSX.Element {
  const { load, id, label, look } = props;
  const loaded = useLoaded(load, id);
  switch (loaded.kind) {
    case 'loading':
      return <p className="jp-Commons-hint">{look.trans.__('Loading…')}</p>;
    case 'failed':
      return <Failure error={loaded.error} trans={look.trans} />;
    case 'ready':
      return <CellBody cell={loaded.value} {...{ label, look }} />;
  }
}

export function CellBody(props: {
  cell: CellContent;
  label: string;
  look: Look;
}): JSX.Element {
  const { cell, label, look } = props;
  const { languages, rendermime, trans } = look;
  const language = useLanguage(
    languages,
    languageOf(cell.cell_type, look.language)
  );
  return (
    <>
      <SourceDiff
        before={null}
        after={cell.source}
        layout="inline"
        labels={{ before: label, after: label }}
        {...{ language, trans }}
      />
      {cell.outputs.length > 0 && (
        <Outputs {...{ outputs: cell.outputs, rendermime, trans }} />
      )}
    </>
  );
}
