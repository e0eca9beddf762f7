import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IStateDB } from '@jupyterlab/statedb';
import type { TranslationBundle } from '@jupyterlab/translation';
import type {
  ReadonlyJSONObject,
  ReadonlyPartialJSONObject
} from '@lumino/coreutils';
import type { IDocuments, ILiveDocuments } from '../../tokens';
import { tellTooOld } from '../../ui/tell-too-old';
import { BLAMED } from './blamed';

export type DiffParts = {
  app: JupyterFrontEnd;
  manager: IDocumentManager;
  rendermime: IRenderMimeRegistry;
  languages: IEditorLanguageRegistry;
  live: ILiveDocuments;
  documents: IDocuments;
  state: IStateDB | null;
  trans: TranslationBundle;
};

export type DiffVerb =
  | 'show-diff'
  | 'open-version'
  | 'restore'
  | 'blame'
  | 'cell-history'
  | 'checkpoint';

export type DiffArgs = ReadonlyPartialJSONObject;

/** `commons:git-<verb>`. The last three are about the notebook in front. */
export function addDiffCommands(
  parts: DiffParts,
  palette: ICommandPalette | null
): void {
  const { app, trans } = parts;
  const string = { type: 'string' };
  const file = { repo: string, path: string };
  const version = { ...file, rev: string, fromPath: string };
  const add = (
    verb: DiffVerb,
    label: string,
    required: string[],
    properties: object = {}
  ) => {
    const command = `commons:git-${verb}`;
    app.commands.addCommand(command, {
      label,
      describedBy: {
        args: { type: 'object', required, properties } as ReadonlyJSONObject
      },
      ...(verb === 'blame' ? { isToggled: () => isBlamed(app) } : {}),
      execute: async args => {
        const code = await import('./verbs').catch((reason: unknown) =>
          tellTooOld(trans, reason)
        );
        await code?.runVerb(verb, args, parts);
      }
    });
    if (required.length === 0) {
      palette?.addItem({ command, category: trans.__('Git') });
    }
  };
  add('show-diff', trans.__('Show Changes'), ['repo', 'path'], {
    ...version,
    from: string,
    to: string
  });
  add(
    'open-version',
    trans.__('Open This Version'),
    ['repo', 'path', 'rev'],
    version
  );
  add('restore', trans.__('Restore…'), ['repo', 'path', 'rev'], version);
  add('blame', trans.__('Show Who Last Changed Each Cell'), []);
  add('cell-history', trans.__('Show History of the Cell'), []);
  add('checkpoint', trans.__('Keep a Checkpoint of This Notebook'), []);
}

const isBlamed = ({ shell }: JupyterFrontEnd): boolean =>
  shell.currentWidget?.hasClass(BLAMED) ?? false;
