/** The tests of the companion, on its own Node. */
import { nodeTests } from '../common/node-tests.mjs';

export const companion = {
  name: 'companion',
  title: 'companion (node --test)',
  run: () => nodeTests('companion', 'companion/test/**/*.test.ts')
};
