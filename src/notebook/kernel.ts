import { Notification, type ISessionContext } from '@jupyterlab/apputils';
import { URLExt } from '@jupyterlab/coreutils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel } from '@jupyterlab/notebook';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { record, text, type DocumentInfo } from '@jupyterlab-commons/protocol';
import type { ILiveEntry } from '../tokens';
import { isOnOwnersServer } from './own-server';

/** What `commons/kernel` of the own server answers. */
const kernelAnswer = record({
  sessionId: text(),
  kernelId: text(),
  kernelName: text()
});

export interface ITieKernelOptions {
  context: DocumentRegistry.IContext<INotebookModel>;
  entry: Promise<ILiveEntry>;
  settings: ServerConnection.ISettings;
  trans: TranslationBundle;
}

/**
 * Ties the session of a live panel to the kernel that runs in the notebook's own
 * folder. The panel never starts one: JupyterLab would start it at the live
 * path, which is no folder, or on the server of a guest.
 */
export function tieKernel({
  context,
  entry,
  settings,
  trans
}: ITieKernelOptions): void {
  const session = context.sessionContext;
  const attach = async (name?: string): Promise<string | null> => {
    const { info } = await entry;
    if (!isOnOwnersServer(info)) {
      return null;
    }
    try {
      return await startKernel(settings, info, context.path, name);
    } catch (error) {
      Notification.error(
        trans.__('The kernel could not be started: %1', String(error))
      );
      return null;
    }
  };
  session.kernelPreference = {
    ...session.kernelPreference,
    shouldStart: false,
    canStart: false,
    autoStartDefault: false
  };
  replaceStart(session, context, attach, trans);
}

function replaceStart(
  session: ISessionContext,
  context: DocumentRegistry.IContext<INotebookModel>,
  attach: (name?: string) => Promise<string | null>,
  trans: TranslationBundle
): void {
  const initialize = session.initialize.bind(session);
  const changeKernel = session.changeKernel.bind(session);

  // JupyterLab then finds the session by the live path and connects to it.
  session.initialize = async () => {
    await attach(context.model.defaultKernelName);
    return initialize();
  };
  session.startKernel = async () => {
    const id = await attach(context.model.defaultKernelName);
    if (id !== null) {
      await changeKernel({ id });
    }
    return false;
  };
  session.changeKernel = async options => {
    if (session.session !== null) {
      return changeKernel(options);
    }
    const id = await attach(options?.name);
    if (id === null) {
      Notification.info(
        trans.__(
          'Cells of this notebook run on the server of its owner. Make a copy in your files to run it yourself.'
        ),
        { autoClose: 8000 }
      );
      return null;
    }
    return changeKernel({ id });
  };
}

/** Finds or starts the kernel at the file's real path; answers its id. */
async function startKernel(
  settings: ServerConnection.ISettings,
  info: DocumentInfo,
  livePath: string,
  kernelName?: string
): Promise<string> {
  const response = await callKernel(settings, 'POST', {
    path: info.path ?? info.name,
    livePath,
    kernelName: kernelName || undefined
  });
  return kernelAnswer(await response.json()).kernelId;
}

/** Gives the kernel its real path back, for the panel of the plain file. */
export async function releaseKernel(
  settings: ServerConnection.ISettings,
  path: string,
  livePath: string
): Promise<void> {
  await callKernel(settings, 'DELETE', { path, livePath });
}

async function callKernel(
  settings: ServerConnection.ISettings,
  method: string,
  body: Record<string, string | undefined>
): Promise<Response> {
  const response = await ServerConnection.makeRequest(
    URLExt.join(settings.baseUrl, 'commons', 'kernel'),
    { method, body: JSON.stringify(body) },
    settings
  );
  if (!response.ok) {
    throw await ServerConnection.ResponseError.create(response);
  }
  return response;
}
