/** What a runner answers: how many passed, how many failed, and what the failures said. */

/** @typedef {{ title: string, text: string }} Failure */
/** @typedef {{ passed: number, failed: number, failures: Failure[] }} Result */

/** A runner that could not even say how many tests there are: one failure. */
export const broken = (title, text) => ({
  passed: 0,
  failed: 1,
  failures: [{ title, text }]
});

/**
 * Runs checks one after another, each counted as one. A check passes unless it
 * throws; what it throws (its `output`, if there is one) is shown.
 */
export async function runChecks(checks) {
  const result = { passed: 0, failed: 0, failures: [] };
  for (const [title, check] of checks) {
    try {
      await check();
      result.passed++;
    } catch (error) {
      result.failed++;
      const text = [error.message, error.output].filter(Boolean).join('\n');
      result.failures.push({ title, text });
    }
  }
  return result;
}

/** Throws `message` unless `condition`. */
export function assert(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}
