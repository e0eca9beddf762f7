/** Packages that are published as ES modules only; jest runs CommonJS. */
const esModules = [
  '@codemirror',
  '@jupyter/',
  '@jupyterlab/',
  '@marijn',
  '@microsoft/',
  '@rjsf',
  'color',
  'delayed-stream',
  'exenv-es6',
  'lib0',
  'marked',
  'nanoid',
  'vscode-ws-jsonrpc',
  'y-protocols',
  'y-websocket',
  'yjs'
].join('|');

/** @type {import('jest').Config} */
module.exports = {
  roots: ['<rootDir>/src', '<rootDir>/protocol'],
  testMatch: [
    '<rootDir>/src/__tests__/**/*.test.ts?(x)',
    '<rootDir>/protocol/**/*.test.ts'
  ],
  // The built extension holds a second package.json with our name.
  modulePathIgnorePatterns: ['<rootDir>/jupyterlab_commons', '<rootDir>/lib'],
  testEnvironment: '@jupyterlab/testing/lib/jest-env.js',
  setupFiles: ['@jupyterlab/testing/lib/jest-shim.js'],
  moduleNameMapper: {
    '^@jupyterlab-commons/protocol$': '<rootDir>/protocol/src/index.ts',
    '\\.(css|less|sass|scss)$': 'identity-obj-proxy',
    '\\.(gif|ttf|eot)$': '@jupyterlab/testing/lib/jest-file-mock.js'
  },
  resolver: '@jupyterlab/testing/lib/jest-resolver.js',
  transform: {
    '\\.svg$': '@jupyterlab/testing/lib/jest-raw-loader.js',
    '^.+\\.tsx?$': ['ts-jest', { tsconfig: 'tsconfig.test.json' }],
    '^.+\\.m?jsx?$': [
      'babel-jest',
      {
        babelrc: false,
        configFile: false,
        presets: [['@babel/preset-env', { targets: { node: 'current' } }]]
      }
    ]
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModules})).+`],
  testTimeout: 20000
};
