import { Clipboard } from '@jupyterlab/apputils';

/**
 * Puts a text on the clipboard. Call it from a click: hubs without HTTPS have
 * no `navigator.clipboard`, and the older way works only while handling one.
 */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard === undefined) {
    Clipboard.copyToSystem(text);
    return;
  }
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    Clipboard.copyToSystem(text);
  }
}
