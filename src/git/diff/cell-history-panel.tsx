import '../../../style/git-diff.css';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type {
  CellVersion,
  FileVersion,
  IGitFiles
} from '../../client/git-files';
import { Disclosure } from '../../ui/disclosure';
import { LiveRegion } from '../../ui/live-region';
import { Title } from './diff-view';
import { MainPanel } from './main-panel';
import { Failure, languageOf, type Look } from './pieces';
import { SourceDiff, useLanguage } from './source-diff';
import { commitWords, fileName, revisionWords } from './version-words';
import { Minimal } from './version-panel';

export type CellHistoryProps = {
  version: FileVersion;
  /** The place of the cell in that version. */
  index: number;
  files: IGitFiles;
  look: Look;
  restore: (version: CellVersion) => void;
};

/** The main area's tab of the past of one cell. */
export class CellHistoryPanel extends MainPanel {
  constructor(private readonly _props: CellHistoryProps) {
    super();
    const { version, index, look } = _props;
    this.title.label = look.trans.__(
      'History of cell %1: %2',
      index + 1,
      fileName(version.path)
    );
    this.title.caption = version.path;
  }

  protected override render(): JSX.Element {
    return <CellHistoryView {...this._props} />;
  }
}

type Heard = {
  versions: readonly CellVersion[];
  end: 'none' | 'all' | 'cut';
  error?: unknown;
};

/** Versions as they come, the last one first. */
export function CellHistoryView(props: CellHistoryProps): JSX.Element {
  const { version, index, files, look } = props;
  const { trans } = look;
  const [heard, setHeard] = React.useState<Heard>({
    versions: [],
    end: 'none'
  });
  React.useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    files
      .cellHistory(
        version,
        index,
        more =>
          setHeard(past => ({
            ...past,
            versions: [...past.versions, ...more]
          })),
        signal
      )
      .then(
        isCut => setHeard(past => ({ ...past, end: isCut ? 'cut' : 'all' })),
        (error: unknown) => {
          if (!signal.aborted) {
            setHeard(past => ({ ...past, end: 'all', error }));
          }
        }
      );
    return () => abort.abort();
  }, [files, version, index]);
  const { versions, end, error } = heard;
  return (
    <div className="jp-Commons-GitDiff">
      <header className="jp-Commons-GitDiff-header">
        <Title>{trans.__('History of cell %1', index + 1)}</Title>
        <p className="jp-Commons-hint">{fileName(version.path)}</p>
      </header>
      <LiveRegion visible text={endWords(trans, heard)} />
      {error !== undefined && <Failure {...{ error, trans }} />}
      <ol className="jp-Commons-GitVersions">
        {versions.map((each, at) => (
          <VersionItem
            key={`${each.row.hash} ${each.cell.index}`}
            {...{ each, look, restore: props.restore }}
            earlier={versions[at + 1]}
            isLast={at === versions.length - 1 && end !== 'none'}
            startOpen={at === 0}
          />
        ))}
      </ol>
    </div>
  );
}

function endWords(
  trans: TranslationBundle,
  { versions, end, error }: Heard
): string {
  if (end === 'none') {
    return trans.__('Looking through the history…');
  }
  if (error !== undefined) {
    return '';
  }
  const count =
    versions.length === 0
      ? trans.__('This cell is not committed yet.')
      : trans._n('%1 version', '%1 versions', versions.length);
  return end === 'cut'
    ? `${count} ${trans.__('There may be older ones: history was not followed to its end.')}`
    : count;
}

function VersionItem(props: {
  each: CellVersion;
  earlier: CellVersion | undefined;
  isLast: boolean;
  startOpen: boolean;
  look: Look;
  restore: (version: CellVersion) => void;
}): JSX.Element {
  const { each, earlier, isLast, startOpen, look, restore } = props;
  const { trans } = look;
  const { row, cell } = each;
  const words = {
    added: trans.__('added'),
    source: trans.__('source changed'),
    outputs: trans.__('outputs changed')
  };
  const language = useLanguage(
    look.languages,
    languageOf(cell.type, look.language)
  );
  const rev = revisionWords(trans, row.hash);
  const wasSource = cell.changes.includes('source');
  return (
    <li className="jp-Commons-GitCell">
      <Disclosure
        startOpen={startOpen}
        summary={`${commitWords({ row })} (${cell.changes.map(each => words[each]).join(', ')})`}
      >
        {() => (
          <>
            <span className="jp-Commons-GitCell-verbs">
              <code>{rev}</code>
              <Minimal
                name={rev}
                label={trans.__('Restore this cell')}
                onClick={() => restore(each)}
              />
            </span>
            <SourceDiff
              before={
                wasSource && earlier !== undefined && !isLast
                  ? earlier.cell.source
                  : null
              }
              after={cell.source}
              layout={look.layout}
              labels={{
                before: trans.__('Before %1', rev),
                after: trans.__('In %1', rev)
              }}
              {...{ language, trans }}
            />
          </>
        )}
      </Disclosure>
    </li>
  );
}
