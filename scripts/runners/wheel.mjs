/** Whether what we publish installs and runs on a machine without this checkout and without Node. */
import { testWheel } from '../wheel-test.mjs';

export const wheel = { name: 'wheel', title: 'wheel', run: testWheel };
