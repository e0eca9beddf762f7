import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

/**
 * Tells the own server that the kernel of a live document belongs to its plain
 * file again, so that the panel of the file finds it. Without a kernel, or with
 * one that is gone, there is nothing to give and nothing to tell.
 */
export async function giveKernelBack(
  settings: ServerConnection.ISettings,
  names: { path: string; livePath: string }
): Promise<void> {
  try {
    await ServerConnection.makeRequest(
      URLExt.join(settings.baseUrl, 'commons', 'kernel'),
      { method: 'DELETE', body: JSON.stringify(names) },
      settings
    );
  } catch {
    // The file still opens; JupyterLab then says how its kernel stands.
  }
}
