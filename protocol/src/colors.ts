/** JupyterLab's palette of collaborators has so many colours. */
const COLORS = 7;

/**
 * The colour of a person, as a CSS value: the same for the same user name in the
 * companion (presence) and in the page (avatars).
 */
export function colorOf(user: string): string {
  let hash = 0;
  for (let index = 0; index < user.length; index++) {
    hash = (Math.imul(hash, 31) + user.charCodeAt(index)) >>> 0;
  }
  return `var(--jp-collaborator-color${(hash % COLORS) + 1})`;
}
