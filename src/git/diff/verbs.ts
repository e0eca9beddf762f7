import { Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Widget } from '@lumino/widgets';
import { CommonsError, GIT_WORKTREE } from '@jupyterlab-commons/protocol';
import { GitFiles } from '../../client/git-files';
import { GitWatch } from '../../client/git-watch';
import { copyText } from '../../ui/copy-text';
import { keepCheckpoint } from '../commit/checkpoint';
import { Blame } from './blame';
import type { DiffArgs, DiffParts, DiffVerb } from './commands';
import { DiffModel } from './model';
import { restoreCell } from './restore-cell';
import { restoreFile, tellFailure, type RestoreParts } from './restore-file';
import { currentNotebook, openContext } from './target';
import { contentsPath } from './version-words';

const blames = new WeakMap<NotebookPanel, Blame>();
let opened = 0;

/** Does it; failures are told in words. */
export async function runVerb(
  verb: DiffVerb,
  args: DiffArgs,
  parts: DiffParts
): Promise<void> {
  const { serverSettings } = parts.app.serviceManager;
  const all = { ...parts, files: new GitFiles(serverSettings) };
  await run(verb, args, all).catch(tellFailure(parts));
}

async function run(
  verb: DiffVerb,
  args: DiffArgs,
  parts: RestoreParts
): Promise<void> {
  switch (verb) {
    case 'show-diff':
      return showDiff(args, parts);
    case 'open-version':
      return openVersion(args, parts);
    case 'restore':
      await restoreFile(versionOf(args), parts);
      return;
    case 'blame':
      return toggleBlame(parts);
    case 'cell-history':
      return showCellHistory(parts);
    case 'checkpoint':
      return keepCheckpoint(
        parts,
        textOf(args['path']) === undefined ? {} : fileOf(args)
      );
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** As a list of the panel names it. */
const fileOf = (args: DiffArgs) => ({
  repo: String(args['repo'] ?? ''),
  path: String(args['path'])
});

function versionOf(args: DiffArgs) {
  const path = textOf(args['path']);
  const rev = textOf(args['rev']);
  if (path === undefined || rev === undefined) {
    throw new CommonsError('BAD_REQUEST', 'path, rev');
  }
  const fromPath = textOf(args['fromPath']);
  return {
    repo: String(args['repo'] ?? ''),
    path,
    rev,
    ...(fromPath === undefined ? {} : { fromPath })
  };
}

async function showDiff(args: DiffArgs, parts: RestoreParts): Promise<void> {
  const to = textOf(args['to']) ?? GIT_WORKTREE;
  const { rev: _, ...file } = versionOf({ ...args, rev: to });
  const { files, state } = parts;
  const { DiffPanel } = await import('./diff-panel');
  const from = textOf(args['from']);
  const change = { ...file, to, ...(from === undefined ? {} : { from }) };
  const model = new DiffModel(change, files, state);
  const { repo, path } = file;
  show(
    new DiffPanel({
      model,
      look: lookOf(repo, path, parts),
      verbs: {
        copy: text => void copyCell(text, parts),
        restore: (side, index, part) =>
          attempt(parts, () =>
            restoreCell(
              {
                repo,
                path: model.path(side),
                rev: model.rev(side) ?? '',
                index,
                now: path
              },
              part,
              parts
            )
          ),
        restoreFile: () =>
          attempt(parts, () =>
            restoreFile(
              {
                repo,
                path,
                rev: model.rev('before') ?? '',
                fromPath: model.path('before')
              },
              parts
            )
          )
      }
    }),
    parts
  );
}

async function openVersion(args: DiffArgs, parts: RestoreParts): Promise<void> {
  const { fromPath, ...now } = versionOf(args);
  const version = { ...now, path: fromPath ?? now.path };
  const { VersionPanel } = await import('./version-panel');
  show(
    new VersionPanel({
      version,
      files: parts.files,
      look: lookOf(now.repo, now.path, parts),
      verbs: {
        copy: text => void copyCell(text, parts),
        restoreFile: () =>
          attempt(parts, () =>
            restoreFile({ ...now, fromPath: version.path }, parts)
          ),
        restoreCell: index =>
          attempt(parts, () =>
            restoreCell({ ...version, index, now: now.path }, 'cell', parts)
          )
      }
    }),
    parts
  );
}

function toggleBlame(parts: RestoreParts): void {
  const { app, files, trans } = parts;
  const found = currentNotebook(parts);
  if (found === null) {
    Notification.info(trans.__('Open a notebook of your own files first.'), {
      autoClose: 5000
    });
    return;
  }
  const { panel, path } = found;
  const blame = blames.get(panel);
  if (blame !== undefined && !blame.isDisposed) {
    blame.dispose();
    return;
  }
  blames.set(
    panel,
    new Blame({
      panel,
      path,
      files,
      trans,
      watch: (repo, hear) =>
        new GitWatch(app.serviceManager.serverSettings, repo, hear),
      openHistory: index =>
        attempt(parts, () => openCellHistory(path, panel, index, parts)),
      failed: error => void tellFailure(parts)(error)
    })
  );
}

async function showCellHistory(parts: RestoreParts): Promise<void> {
  const found = currentNotebook(parts);
  if (found !== null) {
    const { panel, path } = found;
    await openCellHistory(path, panel, panel.content.activeCellIndex, parts);
  }
}

/** Of the cell in the file: what is open may have cells that are not saved. */
async function openCellHistory(
  file: string,
  panel: NotebookPanel,
  place: number,
  parts: RestoreParts
): Promise<void> {
  const { files, trans } = parts;
  const { repo, path } = await files.repository(file);
  if (repo === undefined || path === undefined) {
    throw new CommonsError('GIT_NOT_FOUND');
  }
  const version = { repo, path, rev: GIT_WORKTREE };
  const id = panel.content.widgets[place]?.model.id;
  const { cells } = await files.blame(version);
  const index = (cells.find(cell => cell.id === id) ?? cells[place])?.index;
  if (index === undefined) {
    Notification.info(trans.__('This cell is not saved yet.'), {
      autoClose: 5000
    });
    return;
  }
  const { CellHistoryPanel } = await import('./cell-history-panel');
  show(
    new CellHistoryPanel({
      version,
      index,
      files,
      look: { ...lookOf(repo, path, parts), layout: 'inline' },
      restore: ({ row, cell }) =>
        attempt(parts, () =>
          restoreCell(
            {
              repo,
              path: row.path ?? path,
              rev: row.hash,
              index: cell.index,
              now: path
            },
            'cell',
            parts
          )
        )
    }),
    parts
  );
}

/** How a file's versions are drawn: in the language of its kernel where it is open. */
function lookOf(repo: string, path: string, parts: RestoreParts) {
  const { rendermime, languages, trans } = parts;
  const place = contentsPath(repo, path);
  const model = place === null ? null : openContext(place, parts)?.model;
  const language = model?.defaultKernelLanguage || 'python';
  return { rendermime, languages, trans, language };
}

function show(widget: Widget, { app }: RestoreParts): void {
  widget.id = `jp-commons-git-${++opened}`;
  app.shell.add(widget, 'main');
  app.shell.activateById(widget.id);
}

function attempt(parts: RestoreParts, verb: () => Promise<unknown>): void {
  verb().catch(tellFailure(parts));
}

async function copyCell(text: string, { trans }: RestoreParts): Promise<void> {
  await copyText(text);
  Notification.info(trans.__('The cell was copied.'), { autoClose: 3000 });
}
