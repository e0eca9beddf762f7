import { Notification } from '@jupyterlab/apputils';
import { CommonsError } from '@jupyterlab-commons/protocol';
import type { RestoreParts } from '../diff/restore-file';
import { currentNotebook } from '../diff/target';
import { fileName, shortHash } from '../words';
import { OpenDocuments } from './open-files';
import { noticeName } from '../../ui/notice-name';
import { language } from '../../ui/language';

type File = { repo?: string; path?: string; kind?: string };

/** Keeps a notebook as it is, beside all commits and branches: the one that is named, else the one in front. */
export async function keepCheckpoint(
  parts: RestoreParts,
  named: File = {}
): Promise<void> {
  const { app, files, trans } = parts;
  const found = currentNotebook(parts);
  if (named.path === undefined && found === null) {
    Notification.info(trans.__('Open a notebook of your own files first.'), {
      autoClose: 5000
    });
    return;
  }
  const { kind, repo, path }: File =
    named.path === undefined ? await files.repository(found!.path) : named;
  if (repo === undefined || path === undefined) {
    Notification.info(
      kind === 'none'
        ? trans.__(
            'This notebook is not in a git repository, so there is nowhere to keep a checkpoint.'
          )
        : trans.__('Git cannot write here. The panel History says why.'),
      { autoClose: 8000 }
    );
    return;
  }
  await new OpenDocuments(parts).save(repo, [path]);
  const time = new Intl.DateTimeFormat(language(), {
    dateStyle: 'medium',
    timeStyle: 'short'
  }).format(Date.now());
  const message = trans.__('Checkpoint of %1, %2', fileName(path), time);
  const { hash } = await files.checkpoint({ repo, path, message });
  if (hash === undefined) {
    throw new CommonsError('PAGE_TOO_OLD');
  }
  const show = (command: string, args: Record<string, string>) => () =>
    void app.commands.execute(command, { repo, path, ...args });
  Notification.success(
    // What is longer than 140 characters is cut by JupyterLab.
    trans.__(
      '%1 is kept as version %2. Find it under Checkpoints in the panel History.',
      noticeName(fileName(path)),
      shortHash(hash)
    ),
    {
      autoClose: 20_000,
      actions: [
        {
          label: trans.__('Open it'),
          callback: show('commons:git-open-version', { rev: hash })
        },
        {
          label: trans.__('Compare'),
          caption: trans.__('What has changed since'),
          callback: show('commons:git-show-diff', { from: hash })
        }
      ]
    }
  );
}
