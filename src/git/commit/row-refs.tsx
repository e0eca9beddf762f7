import '../../../style/git-commit.css';
import type { GitRow } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { Disclosure } from '../../ui/disclosure';
import { shortName } from '../../ui/words';
import { Link } from './link';
import { NewRef } from './new-ref';
import {
  createBranch,
  createTag,
  deleteBranch,
  deleteTag,
  switchBranch,
  type RefParts
} from './refs';

export type RowRefsProps = {
  row: GitRow;
  refParts: () => RefParts;
  trans: TranslationBundle;
};

/** The branches and tags of one commit: what is there, and new ones. */
export function RowRefs(props: RowRefsProps): JSX.Element {
  const { row, refParts, trans } = props;
  return (
    <div className="jp-Commons-RowRefs">
      <Disclosure summary={trans.__('Branches and tags here')}>
        {() => (
          <>
            <ul>
              {(row.refs ?? []).map(ref => (
                <Ref
                  key={`${ref.kind}/${ref.name}`}
                  {...props}
                  kind={ref.kind}
                  name={ref.name}
                />
              ))}
            </ul>
            <NewRef
              trans={trans}
              label={trans.__('New branch here')}
              option={trans.__('Switch to it')}
              button={trans.__('Create branch')}
              create={(name, goThere) =>
                createBranch(refParts(), name, { at: row.hash, goThere })
              }
            />
            <NewRef
              trans={trans}
              label={trans.__('New tag here')}
              button={trans.__('Create tag')}
              create={name => createTag(refParts(), name, { at: row.hash })}
            />
          </>
        )}
      </Disclosure>
    </div>
  );
}

function Ref(
  props: RowRefsProps & {
    kind: NonNullable<GitRow['refs']>[number]['kind'];
    name: string;
  }
): JSX.Element | null {
  const { kind, name, refParts, trans } = props;
  const short = shortName(name);
  const button = (label: string, long: string, verb: () => void) => (
    <Link aria-label={long} onClick={verb}>
      {label}
    </Link>
  );
  if (kind === 'head') {
    return null;
  }
  return (
    <li className="jp-Commons-Branch-row">
      <span className="jp-Commons-Branch-name">
        <bdi>{short}</bdi>
      </span>
      {kind === 'tag'
        ? null
        : button(
            trans.__('Switch'),
            trans.__('Switch to %1', short),
            () => void switchBranch(refParts(), name)
          )}
      {kind === 'tag'
        ? button(
            trans.__('Delete'),
            trans.__('Delete tag %1…', short),
            () => void deleteTag(refParts(), name)
          )
        : kind === 'branch'
          ? button(
              trans.__('Delete'),
              trans.__('Delete branch %1', short),
              () => void deleteBranch(refParts(), name)
            )
          : null}
    </li>
  );
}
