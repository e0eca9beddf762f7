import {
  contributors,
  gitPeople,
  type Contributors,
  type GitPeople
} from '@jupyterlab-commons/protocol';
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { ICompanion } from '../tokens';
import { decoded } from './decoded';
import { refusalOf } from './http';

export type Contributor = Contributors['contributors'][number];
/** How somebody of the hub is named in a commit. */
export type NamedPerson = GitPeople['people'][number];

/** So many are asked about at most; the contract takes no more. */
const PEOPLE_MOST = 200;

/**
 * Who has edited a live document since a moment (milliseconds since 1970), most
 * changes first, this person too. Rejects with a CommonsError.
 */
export async function contributorsOf(
  companion: ICompanion,
  id: string,
  since: number
): Promise<readonly Contributor[]> {
  const query = { since: String(Math.max(0, Math.floor(since))) };
  const answer = contributors;
  const options = { parts: { id }, query, answer };
  return (await companion.call('contributors', options)).contributors;
}

/** What the own server knows of these users; whom it does not know is left out. */
export async function namedPeople(
  settings: ServerConnection.ISettings,
  users: readonly string[]
): Promise<readonly NamedPerson[]> {
  const asked = users.slice(0, PEOPLE_MOST).map(user => ['user', user]);
  if (asked.length === 0) {
    return [];
  }
  const url = URLExt.join(settings.baseUrl, 'commons', 'git', 'people');
  const response = await ServerConnection.makeRequest(
    `${url}?${new URLSearchParams(asked).toString()}`,
    {},
    settings
  );
  const text = await response.text();
  if (!response.ok) {
    throw refusalOf(response.status, text);
  }
  return decoded(text, gitPeople).people;
}
