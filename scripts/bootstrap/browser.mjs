import { existsSync } from 'node:fs';
import path from 'node:path';
import { findOnPath, isExecutable } from './binaries.mjs';
import { dataDir, Failure, root, runCommand, say } from './terminal.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const apt = (...args) =>
  runCommand('apt-get', ['-q', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });

/** A Chromium for the tests in pages: CHROMIUM_PATH, PATH, the Debian package (as root), the vendor's download. */
export async function resolveBrowser() {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (isExecutable(given)) return path.resolve(given);
    throw new Failure(`CHROMIUM_PATH is ${given}, which is not an executable file.`);
  }
  const found = names.map(findOnPath).find(Boolean);
  if (found) return found;
  const reasons = [`on PATH: none of ${names.join(', ')}`];
  for (const [source, fetchBrowser] of [
    ['the Debian package', fromDebian],
    ['the vendor', fromVendor],
  ]) {
    say(`getting a browser for the tests from ${source} …`);
    try {
      return await fetchBrowser();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      say(`  not from ${source}: ${error.message}`);
      reasons.push(`from ${source}: ${error.message}`);
    }
  }
  throw new Failure(
    `There is no browser for the tests.\n${reasons.map((r) => `  - ${r}`).join('\n')}\nInstall Chromium or Chrome and set CHROMIUM_PATH to its path.`,
  );
}

async function fromDebian() {
  if (process.getuid?.() !== 0) throw new Failure('installing packages needs root');
  if (!existsSync('/etc/debian_version') || !findOnPath('apt-get'))
    throw new Failure('this is no Debian system');
  await apt('update');
  await apt('install', '-y', '--no-install-recommends', 'chromium');
  const found = names.map(findOnPath).find(Boolean);
  if (!found) throw new Failure('the package chromium brought no chromium');
  return found;
}

/** Into the data directory. */
async function fromVendor() {
  process.env.PLAYWRIGHT_BROWSERS_PATH = path.join(dataDir, 'browsers'); // read when the library is loaded
  const { chromium } = await import('playwright-core');
  if (!existsSync(chromium.executablePath())) {
    const cli = path.join(root, 'node_modules/playwright-core/cli.js');
    const env = { ...process.env, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' };
    await runCommand(process.execPath, [cli, 'install', 'chromium'], { env });
  }
  if (existsSync(chromium.executablePath())) return chromium.executablePath();
  throw new Failure('the download brought no browser');
}
