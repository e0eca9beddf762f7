import type { GitCommit } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { HiddenText } from '../ui/hidden-text';
import { FileVerbs } from './file-verbs';
import { diffArgs, versionsOf, type RunGitVerb } from './actions';
import { changeWords, pathWords } from './words';

/** More files than this are drawn when they are asked for. */
const MOST_FILES = 100;

export type FileListProps = {
  repo: string;
  commit: GitCommit;
  from: string | undefined;
  trans: TranslationBundle;
  run: RunGitVerb;
};

/** The files that a commit has changed, each with what can be done with it. */
export function FileList(props: FileListProps): JSX.Element {
  const { commit, trans } = props;
  const [isWhole, setWhole] = React.useState(false);
  const { files, moreFiles = 0 } = commit;
  const shown = isWhole ? files : files.slice(0, MOST_FILES);
  const count = files.length + moreFiles;
  return (
    <>
      <h4 className="jp-Commons-History-title">
        {count === 0
          ? trans.__('No file was changed')
          : trans._n('%1 file changed', '%1 files changed', count)}
      </h4>
      <ul className="jp-Commons-History-files">
        {shown.map(file => (
          <File key={file.path} {...props} file={file} />
        ))}
      </ul>
      {shown.length < files.length ? (
        <button
          type="button"
          className="jp-Commons-button jp-mod-minimal"
          onClick={() => setWhole(true)}
        >
          {trans.__('Show all %1', files.length)}
        </button>
      ) : moreFiles > 0 ? (
        <p className="jp-Commons-History-note">
          {trans._n(
            '%1 more file is not listed.',
            '%1 more files are not listed.',
            moreFiles
          )}
        </p>
      ) : null}
    </>
  );
}

function File(
  props: FileListProps & { file: GitCommit['files'][number] }
): JSX.Element {
  const { repo, commit, from, file, trans, run } = props;
  const { mark, words } = changeWords(trans, file.change);
  const path = pathWords(file.path);
  const cut = path.lastIndexOf('/') + 1;
  const versions = versionsOf(repo, file, commit.row, from);
  return (
    <li className="jp-Commons-History-file">
      <span
        className={`jp-Commons-History-mark jp-mod-${file.change}`}
        title={words}
      >
        <span aria-hidden="true">{mark}</span>
        <HiddenText>{words}</HiddenText>
      </span>
      <button
        type="button"
        className="jp-Commons-History-path"
        title={
          file.from === undefined
            ? path
            : trans.__('%1, before: %2', path, pathWords(file.from))
        }
        onClick={() => run('diff', diffArgs(versions))}
      >
        <HiddenText>{trans.__('Show changes of')}</HiddenText>{' '}
        <bdi>{path.slice(cut)}</bdi>
        {cut === 0 ? null : (
          <span className="jp-Commons-History-folder">
            {' '}
            <bdi>{path.slice(0, cut - 1)}</bdi>
          </span>
        )}
      </button>
      <Counts {...{ file, trans }} />
      <FileVerbs {...{ versions, trans, run }} />
    </li>
  );
}

function Counts(props: {
  file: GitCommit['files'][number];
  trans: TranslationBundle;
}): JSX.Element | null {
  const { file, trans } = props;
  if (file.binary) {
    return (
      <span className="jp-Commons-History-counts">{trans.__('binary')}</span>
    );
  }
  const { added, removed } = file;
  if (added === undefined || removed === undefined) {
    return null;
  }
  return (
    <span className="jp-Commons-History-counts">
      <span aria-hidden="true">
        +{added} −{removed}
      </span>
      <HiddenText>
        {trans.__('%1 lines added, %2 removed', added, removed)}
      </HiddenText>
    </span>
  );
}
