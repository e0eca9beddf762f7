import '../../../style/git-diff.css';
import type { GitBlob, GitCommit } from '@jupyterlab-commons/protocol';
import * as React from 'react';
import type { FileVersion, IGitFiles } from '../../client/git-files';
import { EmptyState } from '../../ui/empty-state';
import { bytesWords } from '../../ui/units';
import { cellsOf, isObject, type CellContent } from './cell-content';
import { Button, Title } from './diff-view';
import { MainPanel } from './main-panel';
import { Rendered } from './outputs';
import { CellBody, Failure, type Look } from './pieces';
import { SourceDiff, useLanguage } from './source-diff';
import { useLoaded } from './use-loaded';
import { commitWords, fileName, revisionWords } from './version-words';

export type VersionProps = {
  version: FileVersion;
  files: IGitFiles;
  look: Omit<Look, 'layout' | 'language'>;
  verbs: {
    restoreFile: () => void;
    restoreCell: (index: number) => void;
    copy: (text: string) => void;
  };
};

/** The main area's tab of one version; nothing in it can be written. */
export class VersionPanel extends MainPanel {
  constructor(private readonly _props: VersionProps) {
    super();
    const { version, look } = _props;
    this.title.label = `${fileName(version.path)} @ ${revisionWords(look.trans, version.rev)}`;
    this.title.caption = version.path;
  }

  protected override render(): JSX.Element {
    return <VersionView {...this._props} />;
  }
}

/** So many cells are drawn before somebody asks for more. */
const CELLS = 100;

export function VersionView(props: VersionProps): JSX.Element {
  const { version, files, look, verbs } = props;
  const { trans } = look;
  const [tries, setTries] = React.useState(0);
  const blob = useLoaded(() => files.blob(version), `${tries}`);
  const commit = useLoaded<GitCommit | null>(
    () =>
      version.rev.startsWith(':')
        ? Promise.resolve(null)
        : files.commit(version.repo, version.rev),
    ''
  );
  const about =
    commit.kind === 'ready' && commit.value !== null
      ? commitWords(commit.value)
      : '';
  return (
    <div className="jp-Commons-GitDiff">
      <header className="jp-Commons-GitDiff-header">
        <Title>
          {trans.__(
            '%1 as it was in %2',
            fileName(version.path),
            revisionWords(trans, version.rev)
          )}
        </Title>
        <p className="jp-Commons-hint">{about}</p>
        <p className="jp-Commons-GitVersion-note">
          {trans.__('Read-only: an earlier version of the file.')}
        </p>
        <div className="jp-Commons-GitDiff-verbs">
          <Button onClick={verbs.restoreFile}>{trans.__('Restore…')}</Button>
        </div>
      </header>
      {blob.kind === 'loading' ? (
        <p className="jp-Commons-hint">{trans.__('Loading…')}</p>
      ) : blob.kind === 'failed' ? (
        <Failure
          error={blob.error}
          retry={() => setTries(tries + 1)}
          trans={trans}
        />
      ) : (
        <div className="jp-Commons-GitDiff-body">
          <Content {...props} blob={blob.value} />
        </div>
      )}
    </div>
  );
}

/** What a browser draws by itself; never SVG as markup. */
const IMAGES: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp'
};

function Content(props: VersionProps & { blob: GitBlob }): JSX.Element {
  const { blob, look } = props;
  const { trans } = look;
  const ending = blob.path.split('.').at(-1)?.toLowerCase() ?? '';
  const cells = blob.format === 'json' ? cellsOf(blob.content) : null;
  if (cells !== null) {
    return <Cells {...props} cells={cells} kernel={kernelOf(blob.content)} />;
  }
  if (blob.format === 'base64') {
    const mime = Object.hasOwn(IMAGES, ending) ? IMAGES[ending] : undefined;
    return mime === undefined ? (
      <EmptyState
        title={trans.__(
          'This is no text; it has %1.',
          bytesWords(trans, blob.bytes)
        )}
      />
    ) : (
      <img
        className="jp-Commons-GitVersion-image"
        alt={fileName(blob.path)}
        src={`data:${mime};base64,${String(blob.content)}`}
      />
    );
  }
  return <Text {...props} />;
}

function Text(props: VersionProps & { blob: GitBlob }): JSX.Element {
  const { blob, look } = props;
  const { trans } = look;
  const file = blob.is === undefined ? blob.path : '';
  const language = useLanguage(look.languages, { file });
  const label = fileName(blob.path);
  return (
    <SourceDiff
      before={null}
      after={
        typeof blob.content === 'string'
          ? blob.content
          : JSON.stringify(blob.content, null, 1)
      }
      layout="inline"
      labels={{ before: label, after: label }}
      language={language}
      numbers
      trans={trans}
    />
  );
}

/** The name of the language that the kernel of a notebook speaks. */
export function kernelOf(notebook: unknown): string {
  const metadata = isObject(notebook) ? notebook['metadata'] : undefined;
  const info = isObject(metadata) ? metadata['language_info'] : undefined;
  const name = isObject(info) ? info['name'] : undefined;
  return typeof name === 'string' ? name : 'python';
}

function Cells(
  props: VersionProps & { cells: readonly CellContent[]; kernel: string }
): JSX.Element {
  const { cells, look, verbs, kernel } = props;
  const { trans } = look;
  const [most, setMost] = React.useState(CELLS);
  return (
    <>
      {cells.slice(0, most).map((cell, at) => {
        const name = trans.__('Cell %1', at + 1);
        return (
          <section
            key={at}
            className="jp-Commons-GitCell jp-mod-same"
            aria-label={name}
          >
            <header className="jp-Commons-GitCell-header">
              <span>{name}</span>
              <span className="jp-Commons-GitCell-verbs">
                <Minimal
                  name={name}
                  label={trans.__('Restore this cell')}
                  onClick={() => verbs.restoreCell(at)}
                />
                <Minimal
                  name={name}
                  label={trans.__('Copy')}
                  onClick={() => verbs.copy(cell.source)}
                />
              </span>
            </header>
            {cell.cell_type === 'markdown' ? (
              <Rendered
                data={{ 'text/markdown': cell.source }}
                mime="text/markdown"
                rendermime={look.rendermime}
                trans={trans}
              />
            ) : (
              <CellBody
                cell={cell}
                label={name}
                look={{ ...look, layout: 'inline', language: kernel }}
              />
            )}
          </section>
        );
      })}
      {cells.length > most && (
        <Button onClick={() => setMost(most + CELLS)}>
          {trans.__('Show more of %1', cells.length)}
        </Button>
      )}
    </>
  );
}

/** A quiet button whose name says what it is about. */
export function Minimal(props: {
  name: string;
  label: string;
  onClick: () => void;
}): JSX.Element {
  return (
    <button
      type="button"
      className="jp-Commons-button jp-mod-minimal"
      aria-label={`${props.label}: ${props.name}`}
      onClick={props.onClick}
    >
      {props.label}
    </button>
  );
}
