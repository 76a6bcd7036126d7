import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROVIDERS } from '../../connectors';
import { withCapabilities } from '../../scripts/connector-docs/table';

const document = readFileSync(path.join(__dirname, '../../docs/connectors.md'), 'utf8');

it('docs/connectors.md has the capabilities as they are declared: npm run docs:connectors', () => {
  expect(withCapabilities(document, PROVIDERS)).toBe(document);
});

it('a changed declaration changes the table, and a document without a place for it is an error', () => {
  const [first, ...rest] = PROVIDERS;
  if (!first) throw new Error('no providers');
  const capabilities = Object.fromEntries(
    Object.entries(first.capabilities).map(([type, able]) => [type, { ...able, text: { max: 7 } }]),
  );
  expect(withCapabilities(document, [{ ...first, capabilities }, ...rest])).not.toBe(document);
  expect(() => withCapabilities('# Nothing', PROVIDERS)).toThrow('no place for the table');
});
