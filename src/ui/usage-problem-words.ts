import { usageProblems, type UsageProblem } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';

/** What the sampler does not know, and what that means. */
export function usageProblemWords(
  trans: TranslationBundle,
  problem: UsageProblem
): string {
  return trans.__(usageProblems[problem]);
}
