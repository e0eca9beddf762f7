/**
 * Says what is wrong with the code without running it.
 *
 *   node scripts/lint.mjs [--fix]     --fix repairs what can be repaired
 */
import { lintChecks } from './runners/lint.mjs';
import { main, openLog, step } from './common/steps.mjs';

const ADVICE = 'Repair it; `npm run lint` repairs formatting by itself.';

main(async () => {
  openLog('lint');
  let failed = 0;
  for (const [title, check] of lintChecks({
    fix: process.argv.includes('--fix')
  })) {
    await step(title, ADVICE, async () => {
      await check();
    }).catch(() => failed++);
  }
  process.exitCode = failed === 0 ? 0 : 1;
});
