import { readFileSync } from 'node:fs'; // biome: lint/style/noRestrictedImports

export const text = readFileSync('x', 'utf8');
