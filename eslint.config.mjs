import js from '@eslint/js';
import jupyter from '@jupyter/eslint-plugin';
import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Any text may come from another person: React text only, never markup. */
const noMarkup = [
  'error',
  ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map(property => ({
    property,
    message: 'Text of others becomes markup here; let React draw it.'
  }))
];

const noMarkupInJsx = [
  'error',
  {
    selector: 'JSXAttribute[name.name="dangerouslySetInnerHTML"]',
    message: 'Text of others becomes markup here; let React draw it.'
  },
  {
    selector: 'TSEnumDeclaration',
    message:
      'The companion runs by type stripping, which has no enums; use a union.'
  }
];

const shared = {
  curly: ['error', 'all'],
  eqeqeq: 'error',
  'no-restricted-properties': noMarkup,
  'no-restricted-syntax': noMarkupInJsx,
  'prefer-const': 'error'
};

const typescript = {
  ...shared,
  // Control characters in the text of others are found by such expressions.
  'no-control-regex': 'off',
  // `namespace Model { interface IOptions }`, `namespace CommandIDs`: JupyterLab's own way.
  '@typescript-eslint/no-namespace': 'off',
  'max-lines': [
    'error',
    { max: 400, skipBlankLines: true, skipComments: true }
  ],
  '@typescript-eslint/consistent-type-imports': [
    'error',
    { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }
  ],
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-non-null-assertion': 'off',
  '@typescript-eslint/no-unused-vars': [
    'error',
    {
      argsIgnorePattern: '^_',
      varsIgnorePattern: '^_$',
      destructuredArrayIgnorePattern: '^_'
    }
  ]
};

/** Rules that need types: what is forgotten to be awaited is lost silently. */
const typed = {
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': [
    'error',
    { checksVoidReturn: { attributes: false } }
  ],
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true }
  ]
};

const isTest = [
  '**/__tests__/**',
  '**/test/**',
  'companion/bench/**',
  'ui-tests/**'
];

export default defineConfig(
  {
    ignores: [
      '**/node_modules/',
      '**/lib/',
      '**/dist/',
      '.venv/',
      '.cache/',
      '.demo/',
      '.test/',
      'coverage/',
      'jupyterlab_commons/',
      'ui-tests/test-results/'
    ]
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [js.configs.recommended, ...tseslint.configs.strict],
    rules: typescript
  },
  {
    files: [
      'src/**/*.{ts,tsx}',
      'protocol/src/**/*.ts',
      'companion/{src,test,bench}/**/*.ts',
      'companion/dashboard/**/*.{ts,tsx}',
      'ui-tests/**/*.ts'
    ],
    ignores: ['src/__tests__/**'],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname
      }
    },
    rules: typed
  },
  {
    files: ['src/**/*.{ts,tsx}', 'schema/*.json'],
    ignores: ['src/__tests__/**'],
    plugins: { jupyter },
    extends: [jupyter.configs.recommended],
    // scripts/budget.mjs measures what is loaded at start.
    rules: { 'jupyter/prefer-lazy-imports': 'off' }
  },
  {
    // The sentences come from the protocol's tables.
    files: ['src/ui/problem-words.ts', 'src/ui/usage-problem-words.ts'],
    rules: { 'jupyter/no-dynamic-translation': 'off' }
  },
  {
    // What is made for a panel here listens to the panel's end itself.
    files: ['src/notebook/plugin.ts'],
    rules: { 'jupyter/require-disposable-ownership': 'off' }
  },
  {
    files: ['src/**/*.{ts,tsx}', 'companion/dashboard/**/*.tsx'],
    plugins: { 'react-hooks': reactHooks },
    rules: reactHooks.configs.recommended.rules
  },
  {
    // Here the handler of a promise is the test runner.
    files: ['companion/{test,bench}/**/*.ts'],
    rules: { '@typescript-eslint/no-floating-promises': 'off' }
  },
  {
    files: isTest,
    rules: {
      // Playwright reads from the pattern which fixtures a fixture needs.
      'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }],
      '@typescript-eslint/no-empty-function': 'off',
      'max-lines': 'off'
    }
  },
  {
    files: ['**/*.mjs', '*.js'],
    extends: [js.configs.recommended],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'fetch',
          'setTimeout',
          'clearTimeout',
          'URL',
          'AbortSignal',
          'Buffer',
          'require',
          'module',
          '__dirname'
        ].map(name => [name, 'readonly'])
      )
    },
    rules: shared
  },
  prettier,
  // After prettier's, which would switch it off.
  { files: ['**/*.{ts,tsx,mjs,js}'], rules: { curly: shared.curly } }
);
