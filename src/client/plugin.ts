import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';
import { ICompanion, IDocuments } from '../tokens';
import { CompanionShell, DocumentsShell } from './shells';

/** The companion's address as the server extension wrote it into the page. */
function companionBase(): string | null {
  const given = PageConfig.getOption('commonsUrl');
  if (given === '') {
    return null;
  }
  const url = new URL(given, window.location.href).href;
  return url.endsWith('/') ? url : `${url}/`;
}

/** On a hub a link leads each reader to their own server; alone, to this one. */
function linkBase(baseUrl: string): string {
  const hub = PageConfig.getOption('hubPrefix');
  const path =
    hub === ''
      ? URLExt.join(baseUrl, 'lab')
      : URLExt.join(
          PageConfig.getOption('hubHost'),
          hub,
          'user-redirect',
          'lab'
        );
  return new URL(path, window.location.href).href;
}

/** The two of one page, which share what they fetch. */
interface IClient {
  companion: CompanionShell;
  documents: DocumentsShell;
}
const IClient = new Token<IClient>('jupyterlab-commons:IClient');

const client: JupyterFrontEndPlugin<IClient> = {
  id: 'jupyterlab-commons:client',
  description: 'Signs in to the companion beside the hub and listens to it.',
  autoStart: true,
  optional: [ITranslator],
  provides: IClient,
  activate: (app: JupyterFrontEnd, translator: ITranslator | null): IClient => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_commons');
    const companion = new CompanionShell({
      base: companionBase(),
      problem:
        PageConfig.getOption('commonsProblem') ||
        trans.__(
          'This server has no companion. Ask the admin of the hub to add the Commons service.'
        ),
      token: PageConfig.getToken(),
      linkBase: linkBase(app.serviceManager.serverSettings.baseUrl)
    });
    const documents = new DocumentsShell(companion);
    void app.restored
      .then(async () => {
        if (companion.state.kind !== 'absent') {
          await documents.load();
          await companion.start();
        }
      })
      .catch(reason => console.warn('jupyterlab-commons:', reason));
    window.addEventListener('online', () => {
      if (companion.state.kind === 'failed') {
        companion.retry();
      }
    });
    return { companion, documents };
  }
};

const companion: JupyterFrontEndPlugin<ICompanion> = {
  id: 'jupyterlab-commons:companion',
  description: 'Calls, tickets and events of the companion.',
  autoStart: true,
  requires: [IClient],
  provides: ICompanion,
  activate: (_: JupyterFrontEnd, client: IClient): ICompanion =>
    client.companion
};

const documents: JupyterFrontEndPlugin<IDocuments> = {
  id: 'jupyterlab-commons:documents',
  description: 'The list of documents shared by and with this person.',
  autoStart: true,
  requires: [IClient],
  provides: IDocuments,
  activate: (_: JupyterFrontEnd, client: IClient): IDocuments =>
    client.documents
};

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  client,
  companion,
  documents
];
export default plugins;
