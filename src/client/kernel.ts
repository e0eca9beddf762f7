import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { record, text } from '@jupyterlab-commons/protocol';
import { refusalOf } from './http';

/** A notebook under its own path, and under that of its live document. */
export type KernelPaths = { path: string; livePath: string };

/** The session that `commons/kernel` of the own server answers. */
const kernelAnswer = record({
  sessionId: text(),
  kernelId: text(),
  kernelName: text()
});

/**
 * Finds the kernel session of the notebook or starts it in the file's own
 * folder; from then on it has the live path, under which JupyterLab looks for it.
 */
export async function attachKernel(
  settings: ServerConnection.ISettings,
  wanted: KernelPaths & { kernelName?: string }
): Promise<ReturnType<typeof kernelAnswer>> {
  const response = await callKernel(settings, 'POST', wanted);
  return kernelAnswer(await response.json());
}

/**
 * Gives the kernel of a live document back to its plain file, so that the panel
 * of the file finds it. Never rejects: without a kernel there is nothing to give,
 * and the file opens all the same.
 */
export async function giveKernelBack(
  settings: ServerConnection.ISettings,
  paths: KernelPaths
): Promise<void> {
  try {
    await callKernel(settings, 'DELETE', paths);
  } catch {
    // JupyterLab says by itself how the kernel of the opened file stands.
  }
}

async function callKernel(
  settings: ServerConnection.ISettings,
  method: string,
  body: KernelPaths & { kernelName?: string }
): Promise<Response> {
  const response = await ServerConnection.makeRequest(
    URLExt.join(settings.baseUrl, 'commons', 'kernel'),
    { method, body: JSON.stringify(body) },
    settings
  );
  if (!response.ok) {
    throw refusalOf(response.status, await response.text());
  }
  return response;
}
