import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** A headless Chromium: CHROMIUM_PATH (`npm test` sets it), else the first on PATH. Throws with what to do. */
export async function launchBrowser(): Promise<Browser> {
  const found =
    process.env['CHROMIUM_PATH'] ??
    NAMES.flatMap((name) =>
      (process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, name)),
    ).find(isExecutable);
  if (!found)
    throw new Error('There is no browser. Run `npm test` once, it gets one, or set CHROMIUM_PATH.');
  // As root, in a container, Chromium's own sandbox does not start.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: found, args });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
