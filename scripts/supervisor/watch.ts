import { spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import path from 'node:path';

const SETTLE_MS = 300; // an editor writes a file in several steps

/** Call `onChange` with the top folders in which sources changed, one call at a time. */
export function watchSources(
  root: string,
  folders: readonly string[],
  onChange: (changed: Set<string>) => Promise<void>,
): void {
  let changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let busy = Promise.resolve();
  for (const folder of folders.filter((name) => existsSync(path.join(root, name)))) {
    const watcher = watch(path.join(root, folder), { recursive: true }, (_event, file) => {
      if (!/\.(ts|tsx|css|html|json)$/.test(file ?? '')) return;
      changed.add(folder);
      clearTimeout(timer);
      timer = setTimeout(() => {
        const folders = changed;
        changed = new Set();
        busy = busy.then(() => onChange(folders)).catch((error: unknown) => console.error(error));
      }, SETTLE_MS);
    });
    watcher.unref();
  }
}

/** Run a command to its end, its output on ours. @returns whether it succeeded */
export function runToEnd(command: string, args: readonly string[], cwd: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
