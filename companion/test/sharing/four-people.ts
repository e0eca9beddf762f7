import { TestCompanion } from '../http/test-companion.ts';

/** A companion of Ada, who shares and is in the lab with Carol, of Bob, and of Dora. */
export const companionOfFour = () =>
  new TestCompanion().start({
    people: {
      ada: { displayName: 'Ada L.', groups: ['lab'] },
      bob: { displayName: 'Bob' },
      carol: { groups: ['lab'] },
      dora: {}
    }
  });

/** The documents in somebody's list. */
export async function listOf(
  commons: TestCompanion,
  user: string
): Promise<string[]> {
  const { body } = await commons.call(user, 'listDocuments');
  return body.documents.map((each: { id: string }) => each.id);
}

/** What Ada reads in the log of a document, oldest first: `ada revoke group lab`. */
export async function auditOf(
  commons: TestCompanion,
  id: string
): Promise<string[]> {
  const { body } = await commons.call('ada', 'listAudit', { id });
  return body.entries
    .map((each: Record<string, string>) =>
      `${each.actor} ${each.action} ${each.detail}`.trim()
    )
    .reverse();
}
