// Biome lints. Here are only the two typed rules that it misses (un-awaited calls through proxyActivities, async
// update validators) and the DOM sinks that it does not see. This goes when Biome catches test/architecture/planted.
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const server = [
  '{domain,workflows,bots,activities,connectors,api,workers,infra,scripts,bench,simulation,chaos,test}/**/*.ts',
];

export default defineConfig(
  { ignores: ['dist/', '.parley/', 'coverage/', 'test/architecture/planted/'] },
  {
    files: server,
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
    },
  },
  {
    files: ['web/**/*.{ts,tsx}'],
    languageOptions: { parser: tseslint.parser },
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'AssignmentExpression[left.property.name=/^(inner|outer)HTML$/]',
          message: 'Text is text.',
        },
      ],
    },
  },
);
