import { PAGE_ID, QuotaPage } from './page';
import type { QuotaParts } from './quota';

export { askForMore } from './ask-dialog';

/** Shows the page, a new one unless it is open. */
export function openPage(parts: QuotaParts): void {
  const { app, manager } = parts;
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
  }
  app.shell.activateById(PAGE_ID);
}
