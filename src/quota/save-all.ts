import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ILiveDocuments } from '../tokens';
import { shortName } from '../ui/words';

const TIMEOUT_MS = 20_000;
const GONE = 404;

export type SaveParts = {
  app: JupyterFrontEnd;
  manager: IDocumentManager;
  live: Pick<ILiveDocuments, 'entries'>;
  trans: TranslationBundle;
};

/** How many documents were saved, and why the others were not. */
export type SaveResult = {
  saved: number;
  failed: { name: string; reason: string }[];
};

/**
 * Saves every document with edits. Unless `mayAsk`, those that JupyterLab would
 * ask a question about are left as they are and named. Live documents are saved
 * as they are edited; one that has edits which could not be sent is named.
 */
export async function saveAll(
  parts: SaveParts,
  { mayAsk }: { mayAsk: boolean }
): Promise<SaveResult> {
  const outcomes = await Promise.all(
    unsaved(parts).map(async context => ({
      name: nameOf(context),
      reason: await save(context, parts, mayAsk)
    }))
  );
  const failed = outcomes.flatMap(({ name, reason }) =>
    reason === null ? [] : [{ name, reason }]
  );
  return {
    saved: outcomes.length - failed.length,
    failed: [...failed, ...unsent(parts)]
  };
}

function unsaved({ app, manager }: SaveParts): DocumentRegistry.Context[] {
  const contexts = [...app.shell.widgets('main')]
    .map(widget => manager.contextForWidget(widget))
    .filter(context => context?.model.dirty === true);
  return [...new Set(contexts)] as DocumentRegistry.Context[];
}

function unsent({ live, trans }: SaveParts): SaveResult['failed'] {
  return [...live.entries]
    .filter(({ saveState }) => saveState.kind === 'offline')
    .map(({ info }) => ({
      name: shortName(info.name),
      reason: trans.__('not connected; the last edits are in this page only')
    }));
}

const nameOf = ({ localPath }: DocumentRegistry.Context): string =>
  shortName(localPath.slice(localPath.lastIndexOf('/') + 1));

/** Null when it is saved; else why not. */
async function save(
  context: DocumentRegistry.Context,
  parts: SaveParts,
  mayAsk: boolean
): Promise<string | null> {
  const { trans } = parts;
  if (context.contentsModel?.writable === false || context.model.readOnly) {
    return trans.__('read-only');
  }
  try {
    return await inTime(
      async () => {
        if (!mayAsk && (await isChangedOutside(context, parts))) {
          // It may have been JupyterLab's own saving that changed it.
          return context.model.dirty
            ? trans.__('changed on disk; open it and choose')
            : null;
        }
        await context.save();
        return null;
      },
      mayAsk ? Infinity : TIMEOUT_MS
    );
  } catch (error) {
    return error instanceof TooLate
      ? trans.__('the server does not answer')
      : trans.__('saving failed');
  }
}

class TooLate extends Error {}

async function inTime<T>(work: () => Promise<T>, ms: number): Promise<T> {
  if (ms === Infinity) {
    return work();
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLate()), ms);
  });
  return Promise.race([work(), late]).finally(() => clearTimeout(timer));
}

/** Whether saving would ask which version to keep: by JupyterLab's own rule. */
async function isChangedOutside(
  context: DocumentRegistry.Context,
  { manager }: SaveParts
): Promise<boolean> {
  const { path, contentsModel: known, lastModifiedCheckMargin } = context;
  const disk = await manager.services.contents
    .get(path, { content: false, hash: true })
    .catch((error: unknown) => {
      // What is gone is written anew.
      if ((error as { response?: Response }).response?.status === GONE) {
        return null;
      }
      throw error;
    });
  if (disk === null || known === null) {
    return false;
  }
  if (known.hash && disk.hash) {
    return known.hash !== disk.hash;
  }
  return (
    Date.parse(disk.last_modified) - Date.parse(known.last_modified) >
    lastModifiedCheckMargin
  );
}
