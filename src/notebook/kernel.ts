import { Notification, type ISessionContext } from '@jupyterlab/apputils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { ServerConnection, Session } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { attachKernel } from '../client/kernel';
import { isOnOwnersServer } from '../client/own-server';
import type { ILiveEntry } from '../tokens';
import { problemOf } from '../ui/problem-words';

export interface ITieKernelOptions {
  context: Pick<
    DocumentRegistry.IContext<INotebookModel>,
    'path' | 'model' | 'sessionContext'
  >;
  entry: Promise<ILiveEntry>;
  settings: ServerConnection.ISettings;
  trans: TranslationBundle;
}

/** Asks the own server for the session of the notebook; answers its id. */
type Attach = (kernelName: string | undefined) => Promise<string>;

/**
 * Ties the session of a live panel to the kernel that runs in the notebook's own
 * folder. The panel itself never starts one: JupyterLab would start it at the
 * live path, which is no folder, or on the server of a guest.
 */
export function tieKernel(options: ITieKernelOptions): void {
  const { context, entry, settings, trans } = options;
  const session = context.sessionContext;
  const attach: Attach = async kernelName => {
    const { info } = await entry;
    const path = info.path ?? info.name;
    const wanted = {
      path,
      livePath: context.path,
      kernelName: kernelName || undefined
    };
    return (await attachKernel(settings, wanted)).sessionId;
  };
  session.kernelPreference = {
    ...session.kernelPreference,
    shouldStart: false,
    canStart: false,
    autoStartDefault: false
  };
  replaceNewSession(session, attach, trans);
  replaceStart(options, attach);
}

/**
 * Whenever JupyterLab would make a session of its own, it gets the one which our
 * server has started in the file's folder: at the first start, after a shutdown,
 * after a crash.
 */
function replaceNewSession(
  session: ISessionContext,
  attach: Attach,
  trans: TranslationBundle
): void {
  const sessions = session.sessionManager;
  const startNew: Session.IManager['startNew'] = async (wanted, connect) => {
    if (wanted.kernel !== undefined && 'id' in wanted.kernel) {
      // A kernel that runs already was chosen; it stays in its folder.
      return sessions.startNew(wanted, connect);
    }
    const id = await attach(wanted.kernel?.name);
    const model = await sessions.findById(id);
    if (model === undefined) {
      throw new Error(trans.__('The kernel has just ended. Start it again.'));
    }
    // Under the name asked for: JupyterLab shuts a session of another name down.
    return sessions.connectTo({
      ...connect,
      model: { ...model, path: wanted.path }
    });
  };
  Object.defineProperty(session, 'sessionManager', {
    value: withStartNew(sessions, startNew)
  });
}

/** The same manager, which makes its new sessions in another way. */
function withStartNew(
  sessions: Session.IManager,
  startNew: Session.IManager['startNew']
): Session.IManager {
  return new Proxy(sessions, {
    get: (target, key): unknown =>
      key === 'startNew' ? startNew : Reflect.get(target, key)
  });
}

function replaceStart(
  { context, entry, trans }: ITieKernelOptions,
  attach: Attach
): void {
  const session = context.sessionContext;
  const initialize = session.initialize.bind(session);
  const changeKernel = session.changeKernel.bind(session);
  const isOwn = async () => isOnOwnersServer((await entry).info);

  const begin = async (): Promise<boolean> => {
    if (await isOwn()) {
      await attach(context.model.defaultKernelName).catch(reason =>
        Notification.error(
          trans.__(
            'The kernel could not be started: %1',
            problemOf(trans, reason).text
          )
        )
      );
    }
    // It finds the session by the live path and connects to it.
    return initialize();
  };
  let begun: Promise<boolean> | null = null;
  session.initialize = () => (begun ??= begin());
  session.changeKernel = async (options = {}) => {
    if (!(await isOwn())) {
      explain(trans);
      return null;
    }
    if (session.session !== null && options.id === undefined) {
      // Changed in place, the new kernel would start at the live path.
      await session.shutdown();
    }
    return changeKernel(options);
  };
  session.startKernel = async () => {
    await session.changeKernel({ name: context.model.defaultKernelName });
    return false;
  };
}

function explain(trans: TranslationBundle): void {
  Notification.info(
    trans.__(
      'Cells of this notebook run on the server of its owner. Make a copy in your files to run it yourself.'
    ),
    { autoClose: 8000 }
  );
}
