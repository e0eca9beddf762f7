import { PAGE_ID, QuotaPage } from './page';
import type { QuotaParts } from './quota';

export { askForMore } from './ask-dialog';

/** Shows the page, a new one unless it is open. Resolves when JupyterLab knows it for its layout. */
export async function openPage(parts: QuotaParts): Promise<void> {
  const { app, manager, pages } = parts;
  let opened: Promise<void> | undefined;
  if (document.getElementById(PAGE_ID) === null) {
    const page = new QuotaPage({
      ...parts,
      openFile: path => void manager.openOrReveal(path)
    });
    app.shell.add(page, 'main');
    if (page.parent === null) {
      // A page of Notebook 7 has room for one document; this goes beside it.
      app.shell.add(page, 'right');
    }
    opened = pages.add(page);
  }
  app.shell.activateById(PAGE_ID);
  await opened;
}
