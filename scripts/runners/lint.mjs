/** Everything that can be said about the code without running it; each check counts as one. */
import { join } from 'node:path';
import { findArchitectureProblems } from '../architecture.mjs';
import { at, venvBin, venvNode } from '../common/paths.mjs';
import { must } from '../common/steps.mjs';
import { assert, runChecks } from '../common/results.mjs';

const PRETTIER_FILES = [
  '{src,protocol/src,protocol/fixtures,companion/src,companion/test,companion/dashboard,scripts,ui-tests/src,ui-tests/tests,schema,style}/**/*.{ts,tsx,mjs,js,json,css}',
  '*.{json,js,mjs}',
  'ui-tests/*.{ts,json}'
];
const STYLE_FILES = ['style/**/*.css', 'companion/dashboard/*.css'];
const PYTHON = [
  'jupyterlab_commons',
  'demo',
  'scripts/bench',
  'hatch_build.py'
];

const node = (file, ...args) =>
  must(venvNode(), [at('node_modules', file), ...args]);
const python = (tool, ...args) => must(join(venvBin, tool), args);
const types = (...args) => node('typescript/bin/tsc', ...args);

const eslint = fix =>
  node(
    'eslint/bin/eslint.js',
    '--max-warnings=0',
    ...(fix ? ['--fix'] : []),
    '.'
  );
const prettier = fix =>
  node(
    'prettier/bin/prettier.cjs',
    fix ? '--write' : '--check',
    '--log-level=warn',
    ...PRETTIER_FILES
  );
const stylelint = fix =>
  node(
    'stylelint/bin/stylelint.mjs',
    '--allow-empty-input',
    '--max-warnings=0',
    ...(fix ? ['--fix'] : []),
    ...STYLE_FILES
  );

function architecture() {
  const problems = findArchitectureProblems();
  assert(problems.length === 0, problems.join('\n'));
}

/** The checks, those that can repair first. */
export const lintChecks = ({ fix = false } = {}) => [
  ['eslint', () => eslint(fix)],
  ['prettier', () => prettier(fix)],
  ['stylelint', () => stylelint(fix)],
  [
    'ruff check',
    () => python('ruff', 'check', ...(fix ? ['--fix'] : []), ...PYTHON)
  ],
  [
    'ruff format',
    () => python('ruff', 'format', ...(fix ? [] : ['--check']), ...PYTHON)
  ],
  ['mypy', () => python('mypy')],
  ['types of protocol', () => types('-b', 'protocol')],
  ['types of page', () => types('-b', '.')],
  [
    'types of page tests',
    () =>
      types(
        ...['-p', 'tsconfig.test.json'],
        // Jest runs CommonJS; the types are those of the page.
        ...['--module', 'esnext', '--moduleResolution', 'bundler']
      )
  ],
  ['types of companion', () => types('-p', 'companion', '--noEmit')],
  ['types of dashboard', () => types('-p', 'companion/dashboard')],
  ['types of browser tests', () => types('-p', 'ui-tests', '--noEmit')],
  ['imports point one way', architecture]
];

export const lint = {
  name: 'lint',
  title: 'lint and types',
  run: () => runChecks(lintChecks())
};
