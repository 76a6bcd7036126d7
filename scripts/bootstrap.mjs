#!/usr/bin/env node
// Needs nothing but Node: it installs, fetches the servers, builds, then runs what was asked for. Everything newer than
// this file is imported only after the version of Node is known to be good.
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const wanted = engines.node.match(/\d+/g).map(Number);
const present = process.versions.node.split('.').map(Number);
const fits = present[0] > wanted[0] || (present[0] === wanted[0] && present[1] >= wanted[1]);

if (fits) {
  const { main } = await import('./bootstrap/main.mjs');
  process.exitCode = await main(process.argv.slice(2));
} else {
  console.error(
    `Parley needs Node ${engines.node}; this is ${process.version}. Install the current LTS release of Node.`,
  );
  process.exitCode = 1;
}
