// These packages ship ES modules only. Node can require them, Jest on Node 20 cannot, so SWC turns them into CommonJS.
const esmOnly = [
  'jose',
  'temporal-polyfill',
  'temporal-utils',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer',
  '@borewit',
];

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/planted/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.parley/'],
  transform: { '^.+\\.[tj]s$': '@swc/jest' },
  transformIgnorePatterns: [
    // Files that do a dynamic import, which Jest refuses as well.
    `/node_modules/(?!(${esmOnly.join('|')})/|mongodb/lib/runtime_adapters|@opentelemetry/otlp-exporter-base/)`,
  ],
  moduleNameMapper: { '^@bots$': '<rootDir>/bots/index.ts' },
  setupFiles: ['<rootDir>/test/support/seed.ts'],
  showSeed: true,
  testSequencer: '<rootDir>/test/support/longest-first.js',
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // Real servers answer in these tests, sometimes on a machine that has other work.
  testTimeout: 240_000,
  maxWorkers: 2,
};
