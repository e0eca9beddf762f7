import type { Decoder } from '@jupyterlab-commons/protocol';
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { decoded } from './decoded';
import { refusalOf } from './http';

/** What a call is asked; without a value it is left out. */
export type Asked = Record<string, string | number | undefined>;

/**
 * One call below `commons/git` of the own server: what is asked goes into the
 * query of a GET and into the body of a POST. Rejects with a CommonsError where
 * the server refuses.
 */
export async function askGit(
  settings: ServerConnection.ISettings,
  method: 'GET' | 'POST',
  name: string,
  asked: Asked,
  signal?: AbortSignal
): Promise<Response> {
  const url = URLExt.join(settings.baseUrl, 'commons', 'git', name);
  const given = Object.entries(asked).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)] as [string, string]]
  );
  const response = await ServerConnection.makeRequest(
    method === 'GET' ? `${url}?${new URLSearchParams(given).toString()}` : url,
    method === 'GET' ? { signal } : { method, body: JSON.stringify(asked) },
    settings
  );
  if (!response.ok) {
    throw refusalOf(response.status, await response.text());
  }
  return response;
}

/** The same, with its answer decoded. */
export async function gitCall<T>(
  settings: ServerConnection.ISettings,
  method: 'GET' | 'POST',
  name: string,
  asked: Asked,
  answer: Decoder<T>,
  signal?: AbortSignal
): Promise<T> {
  const response = await askGit(settings, method, name, asked, signal);
  return decoded(await response.text(), answer);
}

/** A verb that writes, as the protocol has its body; what it answers is decoded. */
export async function gitPost<T>(
  settings: ServerConnection.ISettings,
  name: string,
  body: object,
  answer: Decoder<T>,
  signal?: AbortSignal
): Promise<T> {
  const url = URLExt.join(settings.baseUrl, 'commons', 'git', name);
  const init = { method: 'POST', body: JSON.stringify(body), signal };
  const response = await ServerConnection.makeRequest(url, init, settings);
  const text = await response.text();
  if (!response.ok) {
    throw refusalOf(response.status, text);
  }
  return decoded(text, answer);
}
