import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { ICompanion, IDocuments } from '../tokens';
import { Companion } from './companion';
import { Documents } from './documents';

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
function linkBase(): string {
  const hub = PageConfig.getOption('hubPrefix');
  const path =
    hub === ''
      ? URLExt.join(PageConfig.getBaseUrl(), 'lab')
      : URLExt.join(
          PageConfig.getOption('hubHost'),
          hub,
          'user-redirect',
          'lab'
        );
  return new URL(path, window.location.href).href;
}

const companion: JupyterFrontEndPlugin<ICompanion> = {
  id: 'jupyterlab-commons:companion',
  description: 'Signs in to the companion beside the hub and listens to it.',
  autoStart: true,
  provides: ICompanion,
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null
  ): ICompanion => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_commons');
    const companion = new Companion({
      base: companionBase(),
      problem:
        PageConfig.getOption('commonsProblem') ||
        trans.__(
          'This server has no companion. Ask the admin of the hub to add the Commons service.'
        ),
      token: PageConfig.getToken(),
      linkBase: linkBase()
    });
    void app.restored.then(() => companion.start());
    window.addEventListener('online', () => {
      if (companion.state.kind === 'failed') {
        companion.retry();
      }
    });
    return companion;
  }
};

const documents: JupyterFrontEndPlugin<IDocuments> = {
  id: 'jupyterlab-commons:documents',
  description: 'The list of documents shared by and with this person.',
  autoStart: true,
  requires: [ICompanion],
  provides: IDocuments,
  activate: (_: JupyterFrontEnd, companion: ICompanion): IDocuments =>
    new Documents(companion)
};

const plugins: JupyterFrontEndPlugin<unknown>[] = [companion, documents];
export default plugins;
