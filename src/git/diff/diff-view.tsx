import type { GitDiff } from '@jupyterlab-commons/protocol';
import * as React from 'react';
import { EmptyState } from '../../ui/empty-state';
import { LiveRegion } from '../../ui/live-region';
import type { CellVerbs } from './cell-change';
import { kindWords, plainWords, summaryWords } from './diff-words';
import type { Editors } from './editors';
import type { DiffModel, Layout } from './model';
import { NotebookDiff } from './notebook-diff';
import { Failure, type Look } from './pieces';
import { SourceDiff, useLanguage } from './source-diff';
import { fileName, revisionWords } from './version-words';

export type DiffViewProps = {
  model: DiffModel;
  look: Omit<Look, 'layout'>;
  /** Too narrow for two columns. */
  isNarrow: boolean;
  verbs: CellVerbs & { restoreFile: () => void };
};

/** A file in two versions. */
export function DiffView(props: DiffViewProps): JSX.Element {
  const { model, isNarrow } = props;
  const { trans } = props.look;
  const layout: Layout = isNarrow ? 'inline' : model.layout;
  const look: Look = { ...props.look, layout };
  const root = React.useRef<HTMLDivElement>(null);
  const editors = React.useRef<Editors | null>(null);
  const [said, say] = React.useState('');
  const go = (step: 1 | -1) =>
    say(goTo(step, root.current, editors.current, look));
  return (
    <div
      ref={root}
      className="jp-Commons-GitDiff"
      onKeyDown={event => {
        if (event.key === 'F7') {
          event.preventDefault();
          go(event.shiftKey ? -1 : 1);
        }
      }}
    >
      <Header {...props} go={go} />
      <LiveRegion visible text={said} />
      <Body
        {...props}
        look={look}
        onEditors={React.useCallback((each: Editors | null) => {
          editors.current = each;
        }, [])}
      />
      {model.state.kind === 'loading' ? (
        <p className="jp-Commons-hint">{trans.__('Loading…')}</p>
      ) : null}
    </div>
  );
}

/** To the next change, or back with -1; answers what it is, for a screen reader. */
function goTo(
  step: 1 | -1,
  root: HTMLElement | null,
  editors: Editors | null,
  { trans }: Look
): string {
  if (editors !== null) {
    const at = editors.go(step);
    return at === null
      ? trans.__('No more changes')
      : trans.__('Change %1 of %2, line %3', at.number, at.of, at.line);
  }
  const all = [
    ...(root?.querySelectorAll<HTMLElement>('[data-commons-change]') ?? [])
  ];
  const current = all.findIndex(each => each.contains(document.activeElement));
  const next = current < 0 && step < 0 ? -1 : current + step;
  const target = all[next];
  if (target === undefined) {
    return trans.__('No more changes');
  }
  target.focus({ preventScroll: true });
  target.scrollIntoView?.({ block: 'start' });
  return trans.__(
    'Change %1 of %2. %3',
    next + 1,
    all.length,
    target.getAttribute('aria-label') ?? ''
  );
}

function Header(
  props: DiffViewProps & { go: (step: 1 | -1) => void }
): JSX.Element {
  const { model, look, isNarrow, verbs, go } = props;
  const { trans } = look;
  const { state } = model;
  const diff = state.kind === 'ready' ? state.diff : null;
  const hasChanges = diff !== null && plainWords(trans, diff) === null;
  const rev = model.rev('before');
  const canRestore = diff?.before && rev !== undefined && !rev.startsWith(':');
  return (
    <header className="jp-Commons-GitDiff-header">
      <Title>{titleWords(model, look)}</Title>
      {diff?.kind === 'notebook' && (
        <p className="jp-Commons-hint">{summaryWords(trans, diff)}</p>
      )}
      <div className="jp-Commons-GitDiff-verbs">
        {hasChanges && (
          <>
            <Button title={trans.__('Shift+F7')} onClick={() => go(-1)}>
              {trans.__('Previous change')}
            </Button>
            <Button title={trans.__('F7')} onClick={() => go(1)}>
              {trans.__('Next change')}
            </Button>
            <label
              title={
                isNarrow
                  ? trans.__('There is no room for two columns here.')
                  : undefined
              }
            >
              <input
                type="checkbox"
                checked={model.layout === 'split'}
                disabled={isNarrow}
                onChange={event =>
                  model.setLayout(event.target.checked ? 'split' : 'inline')
                }
              />
              {trans.__('Side by side')}
            </label>
          </>
        )}
        {diff !== null && model.change.to.startsWith(':') && (
          <Button onClick={() => void model.load()}>
            {trans.__('Compare again')}
          </Button>
        )}
        {canRestore && (
          <Button onClick={verbs.restoreFile}>
            {trans.__('Restore %1…', revisionWords(trans, rev))}
          </Button>
        )}
      </div>
    </header>
  );
}

/** Whoever comes to the tab with the keyboard begins here. */
export function Title({ children }: { children: string }): JSX.Element {
  return (
    <h2 className="jp-Commons-GitDiff-title" tabIndex={-1}>
      {children}
    </h2>
  );
}

export function Button(
  props: React.ButtonHTMLAttributes<HTMLButtonElement>
): JSX.Element {
  return <button type="button" className="jp-Commons-button" {...props} />;
}

/** "analysis.ipynb: a1b2c3d → now". */
export function titleWords(
  model: DiffModel,
  { trans }: Pick<Look, 'trans'>
): string {
  const before =
    model.state.kind === 'ready' || model.change.from !== undefined
      ? revisionWords(trans, model.rev('before'))
      : '…';
  return `${fileName(model.change.path)}: ${before} → ${revisionWords(trans, model.change.to)}`;
}

function Body(
  props: DiffViewProps & {
    look: Look;
    onEditors: (editors: Editors | null) => void;
  }
): JSX.Element | null {
  const { model, look, verbs, onEditors } = props;
  const { trans } = look;
  const { state } = model;
  switch (state.kind) {
    case 'loading':
      return null;
    case 'failed':
      return (
        <Failure
          error={state.error}
          retry={() => void model.load()}
          trans={trans}
        />
      );
    case 'ready': {
      const { diff } = state;
      const plain = plainWords(trans, diff);
      const kind = kindWords(trans, diff);
      return (
        <div className="jp-Commons-GitDiff-body">
          {plain !== null && <EmptyState title={plain} />}
          {kind !== null && <p className="jp-Commons-hint">{kind}</p>}
          {diff.merge && (
            <p className="jp-Commons-hint">
              {trans.__(
                'This is a merge; it is compared with its first parent.'
              )}
            </p>
          )}
          {plain !== null ? null : diff.kind === 'notebook' ? (
            <NotebookDiff {...{ diff, model, look, verbs }} />
          ) : (
            <TextDiff {...{ diff, look, onEditors }} />
          )}
        </div>
      );
    }
  }
}

function TextDiff(props: {
  diff: GitDiff;
  look: Look;
  onEditors: (editors: Editors | null) => void;
}): JSX.Element {
  const { diff, look, onEditors } = props;
  const { trans, layout } = look;
  const path = (diff.after ?? diff.before)?.path ?? '';
  const file = diff.kind === 'text' ? path : '';
  const language = useLanguage(look.languages, { file });
  return (
    <SourceDiff
      before={diff.before ? (diff.oldText ?? '') : null}
      after={diff.after ? (diff.newText ?? '') : null}
      labels={{
        before: trans.__('%1, before', fileName(path)),
        after: trans.__('%1, after', fileName(path))
      }}
      onOpen={onEditors}
      numbers
      {...{ layout, language, trans }}
    />
  );
}
