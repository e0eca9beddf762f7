import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { ServerConnection } from '@jupyterlab/services';
import { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';

type Facts = { path: string; type?: string; dirty?: boolean };

/** What the code under test reads of a context; the rest of it does not exist. */
export type FakeContext = {
  path: string;
  localPath: string;
  contentsModel: { type: string };
  model: { dirty: boolean };
  sessionContext: { kernelPreference: Record<string, unknown> };
  save: jest.Mock<Promise<void>, []>;
};

/** As much of JupyterLab as the commands ask for: panels, paths, a document manager. */
export class FakeLab {
  readonly commands = new CommandRegistry();
  readonly contexts = new Map<Widget, FakeContext>();
  readonly opened: string[] = [];
  readonly activated: string[] = [];
  /** What was asked of the own server. */
  readonly requests: string[] = [];
  current: Widget | null = null;

  /** Opens a panel; it is the current one. */
  addPanel({ path, type = 'notebook', dirty = false }: Facts): Widget {
    const panel = new Widget();
    const model = { dirty };
    this.contexts.set(panel, {
      path,
      localPath: localPath(path),
      contentsModel: { type },
      model,
      sessionContext: { kernelPreference: { shutdownOnDispose: true } },
      save: jest.fn(async () => {
        model.dirty = false;
      })
    });
    panel.disposed.connect(() => {
      this.current = this.current === panel ? null : this.current;
    });
    this.current = panel;
    return panel;
  }

  contextOf(panel: Widget): FakeContext {
    return this.contexts.get(panel)!;
  }

  get app(): JupyterFrontEnd {
    const current = () => this.current;
    const panels = () => this._panels();
    return {
      commands: this.commands,
      shell: {
        get currentWidget() {
          return current();
        },
        widgets: panels,
        activateById: (id: string) => this.activated.push(id)
      },
      serviceManager: {
        serverSettings: ServerConnection.makeSettings({
          baseUrl: 'http://localhost/user/ada/',
          fetch: async request => {
            this.requests.push(await wordsOf(request));
            return new Response(null, { status: 200 });
          }
        }),
        contents: { driveName, localPath }
      }
    } as unknown as JupyterFrontEnd;
  }

  get manager(): IDocumentManager {
    return {
      contextForWidget: (widget: Widget) =>
        widget.isDisposed ? undefined : this.contexts.get(widget),
      openOrReveal: (path: string) => void this.opened.push(path),
      registry: { getFileTypesForPath: fileTypes }
    } as unknown as IDocumentManager;
  }

  private _panels(): IterableIterator<Widget> {
    return [...this.contexts.keys()]
      .filter(each => !each.isDisposed)
      [Symbol.iterator]();
  }
}

async function wordsOf(request: RequestInfo | URL): Promise<string> {
  const { method, url } = request as Request;
  const body = await (request as Request).text();
  return `${method} ${new URL(url).pathname} ${body}`;
}

function driveName(path: string): string {
  const colon = path.indexOf(':');
  return colon < 0 ? '' : path.slice(0, colon);
}

function localPath(path: string): string {
  return path.slice(path.indexOf(':') + 1);
}

export function fileTypes(
  name: string
): Pick<DocumentRegistry.IFileType, 'fileFormat'>[] {
  return name.endsWith('.png')
    ? [{ fileFormat: 'base64' }]
    : name.endsWith('.py')
      ? [{ fileFormat: 'text' }]
      : [];
}
