/** A widget of the main area; only notebooks and consoles have a session. */
type MainWidget = {
  isVisible: boolean;
  sessionContext?: {
    isReady: boolean;
    session: {
      kernel: { status: string; connectionStatus: string } | null;
    } | null;
  };
};

/** What the tests use of JupyterLab's page with `exposeAppInBrowser`, which their hub sets. */
export type LabWindow = {
  jupyterapp: {
    restored: Promise<void>;
    isPluginActivated(id: string): boolean;
    commands: { execute(id: string, args: object): Promise<void> };
    shell: { widgets(area: 'main'): Iterable<MainWidget> };
  };
};
