import type { TranslationBundle } from '@jupyterlab/translation';
import { fileIcon, undoIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { versionArgs, type FileVersions, type RunGitVerb } from './actions';
import { fileName } from './words';

/** Open this version, and bring it back, of one file. */
export function FileVerbs(props: {
  versions: FileVersions;
  trans: TranslationBundle;
  run: RunGitVerb;
}): JSX.Element | null {
  const { versions, trans, run } = props;
  const args = versionArgs(versions);
  if (args === null) {
    return null;
  }
  const name = fileName(versions.path);
  const verbs = [
    {
      verb: 'open' as const,
      icon: fileIcon,
      label: versions.isDeleted
        ? trans.__('Open %1 as it was before', name)
        : trans.__('Open this version of %1', name)
    },
    {
      verb: 'restore' as const,
      icon: undoIcon,
      label: versions.isDeleted
        ? trans.__('Restore %1 as it was before…', name)
        : trans.__('Restore this version of %1…', name)
    }
  ];
  return (
    <span className="jp-Commons-History-verbs">
      {verbs.map(({ verb, icon, label }) => (
        <button
          key={verb}
          type="button"
          className="jp-Commons-iconButton"
          title={label}
          aria-label={label}
          onClick={() => run(verb, args)}
        >
          <icon.react tag="span" width="14px" height="14px" />
        </button>
      ))}
    </span>
  );
}
