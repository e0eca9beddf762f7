import type { DiskUse } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { bytesWords, durationWords, percentOf } from '../ui/units';
import { shortName } from '../ui/words';

/** The largest folders of the home, and what of them is usually no loss. */
export function FoldersSection(props: {
  disk: DiskUse;
  time: number;
  scan: () => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { disk, time, scan, trans } = props;
  const { folders, foldersAt, scanning = false } = disk;
  const title = React.useId();
  return (
    <section aria-labelledby={title}>
      <h3 id={title} className="jp-Commons-Usage-title">
        {trans.__('Folders of your home')}
      </h3>
      <p className="jp-Commons-Usage-line">
        <button
          type="button"
          className="jp-Commons-button"
          // Not `disabled`: that would take the focus away.
          aria-disabled={scanning}
          onClick={() => {
            if (!scanning) {
              scan();
            }
          }}
        >
          {folders === undefined
            ? trans.__('Measure folders')
            : trans.__('Measure again')}
        </button>{' '}
        <span role="status">{scanning ? trans.__('measuring…') : ''}</span>
        <span>
          {scanning || foldersAt === undefined
            ? ''
            : trans.__(
                'measured %1 ago',
                durationWords(trans, (time - foldersAt) / 1000)
              )}
        </span>
      </p>
      {folders === undefined ? null : folders.length === 0 ? (
        <p className="jp-Commons-Usage-line">
          {trans.__('There are no folders.')}
        </p>
      ) : (
        <FolderList folders={folders} trans={trans} />
      )}
    </section>
  );
}

type Folders = NonNullable<DiskUse['folders']>;

function FolderList(props: {
  folders: Folders;
  trans: TranslationBundle;
}): JSX.Element {
  const { folders, trans } = props;
  const most = Math.max(...folders.map(({ bytes }) => bytes));
  return (
    <>
      <ul className="jp-Commons-Folders">
        {folders.map(({ name, bytes }) => {
          const hint = hintOf(trans, name);
          return (
            <li key={name}>
              <span className="jp-Commons-Folders-name" title={shortName(name)}>
                {shortName(name)}
              </span>{' '}
              <span className="jp-Commons-Folders-size">
                {bytesWords(trans, bytes)}
              </span>
              <span
                className="jp-Commons-Folders-share"
                style={{ width: `${percentOf(bytes, most)}%` }}
              />
              {hint === null ? null : (
                <span className="jp-Commons-Folders-hint">{hint}</span>
              )}
            </li>
          );
        })}
      </ul>
      <p className="jp-Commons-Usage-hint">
        {trans.__(
          'Often no loss: the trash, caches of pip and conda, old checkpoints. Nothing is deleted from here.'
        )}
      </p>
    </>
  );
}

/** What is usually in such a folder, and how it becomes smaller; null for the person's own. */
function hintOf(trans: TranslationBundle, name: string): string | null {
  if (/trash/i.test(name)) {
    return trans.__('The trash: it can be emptied.');
  }
  if (/^\.cache\b/.test(name)) {
    return trans.__('Caches, of pip for one: “pip cache purge” empties it.');
  }
  if (/conda|mamba|miniforge/i.test(name)) {
    return trans.__(
      'Environments: “conda clean --all” removes what none of them uses.'
    );
  }
  if (/^\.local\b/.test(name)) {
    return trans.__(
      'Packages installed for you, and in share/Trash the trash.'
    );
  }
  if (/checkpoints/.test(name)) {
    return trans.__('Checkpoints of notebooks: copies that can be deleted.');
  }
  if (/^\.npm\b|node_modules/.test(name)) {
    return trans.__('Packages of Node: they can be installed again.');
  }
  return null;
}
