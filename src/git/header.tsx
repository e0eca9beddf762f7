import '../../style/git-filters.css';
import type { GitRepository } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { shortName } from '../ui/words';
import { BranchFilter } from './branch-filter';
import type { HistoryModel } from './model';
import { SearchForm } from './search-form';
import type { Scope } from './state';
import { fileName, noteWords, pathWords } from './words';

export type HeaderProps = {
  model: HistoryModel;
  repository: GitRepository;
  trans: TranslationBundle;
  /** Shows what the repository's programs are, and lets a person decide. */
  showPrograms: () => void;
};

/** What is listed, and how it can be narrowed. */
export function Header(props: HeaderProps): JSX.Element {
  const { model, repository, trans } = props;
  const { path } = model;
  return (
    <header className="jp-Commons-History-header">
      <h2
        className="jp-Commons-History-name"
        title={pathWords(repository.repo ?? '') || undefined}
      >
        {path === undefined || model.scope === 'repository'
          ? repositoryName(repository, trans)
          : shortName(fileName(path))}
        {repository.branch === undefined ? null : (
          <span className="jp-Commons-History-chip jp-mod-branch">
            {shortName(repository.branch)}
          </span>
        )}
      </h2>
      <Notes {...props} />
      <div className="jp-Commons-History-filters">
        {path === undefined ? null : <ScopeSwitch {...{ model, trans }} />}
        <BranchFilter key={model.repo} {...{ model, trans }} />
      </div>
      <SearchForm key={`${model.repo}/`} {...{ model, trans }} />
    </header>
  );
}

function repositoryName(
  { repo, submodule, worktree }: GitRepository,
  trans: TranslationBundle
): string {
  const name =
    repo === undefined || repo === ''
      ? trans.__('Home folder')
      : shortName(fileName(repo));
  return submodule
    ? trans.__('%1 (submodule)', name)
    : worktree
      ? trans.__('%1 (worktree)', name)
      : name;
}

function ScopeSwitch(props: {
  model: HistoryModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  const group = React.useId();
  const scopes: [Scope, string][] = [
    ['file', trans.__('This file')],
    ['repository', trans.__('Whole repository')]
  ];
  return (
    <fieldset className="jp-Commons-History-scope">
      <legend className="jp-Commons-hidden">{trans.__('History of')}</legend>
      {scopes.map(([scope, label]) => (
        <label key={scope}>
          <input
            type="radio"
            name={group}
            checked={model.scope === scope}
            onChange={() => model.setScope(scope)}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Quiet lines: what is half done, not here, or does not run. */
function Notes(props: HeaderProps): JSX.Element {
  const { repository, trans, showPrograms } = props;
  const { programs = [], trusted } = repository;
  return (
    <>
      {noteWords(trans, repository).map(note => (
        <p key={note} className="jp-Commons-History-note">
          {note}
        </p>
      ))}
      {programs.length === 0 ? null : (
        <p className="jp-Commons-History-note">
          {trusted
            ? trans.__('Programs named by this repository may run here.')
            : trans.__(
                'Programs named by this repository do not run here.'
              )}{' '}
          <button
            type="button"
            className="jp-Commons-History-link"
            onClick={showPrograms}
          >
            {trans.__('Look…')}
          </button>
        </p>
      )}
    </>
  );
}
