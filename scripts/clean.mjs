/**
 * Removes what builds, runs and tests leave behind.
 *
 *   node scripts/clean.mjs [--all]     --all also removes .venv and node_modules
 */
import { rmSync } from 'node:fs';
import { at } from './common/paths.mjs';

const MADE = [
  '.cache',
  '.demo',
  '.test',
  'coverage',
  'dist',
  'lib',
  'protocol/lib',
  'companion/dist',
  'jupyterlab_commons/labextension',
  'ui-tests/test-results',
  'ui-tests/screenshots'
];
const INSTALLED = ['.venv', 'node_modules', '.yarn'];

const all = process.argv.includes('--all');
for (const path of [...MADE, ...(all ? INSTALLED : [])]) {
  rmSync(at(path), { recursive: true, force: true });
}
