import { quotaReport, type QuotaReport } from '@jupyterlab-commons/protocol';
import type { ICompanion } from '../tokens';

/** What the person of this page has used and may use. */
export function readQuota(companion: ICompanion): Promise<QuotaReport> {
  return companion.call('quota', { answer: quotaReport });
}

/** Asks whoever may grant it for more of one policy. */
export async function askForMore(
  companion: ICompanion,
  request: { policy: string; message: string }
): Promise<void> {
  await companion.call('askQuota', {
    body: request,
    answer: () => null
  });
}
