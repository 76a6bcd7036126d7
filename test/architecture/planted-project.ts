import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');
const configs = [
  'biome.json',
  'web/html-sinks.grit',
  '.oxlintrc.json',
  '.dependency-cruiser.cjs',
  'knip.json',
  'package.json',
  'tsconfig.json',
] as const;

/**
 * A copy of planted/ under the product's own configuration, apart from the product: paths are as in the product, so each
 * rule applies as it does there.
 */
export interface PlantedProject {
  readonly dir: string;
  /** What a tool of node_modules/.bin wrote. They exit with an error, having found something. */
  run(tool: string, ...args: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

export async function plantedProject(): Promise<PlantedProject> {
  const dir = await mkdtemp(path.join(tmpdir(), 'parley-planted-'));
  await cp(path.join(__dirname, 'planted'), dir, { recursive: true });
  for (const config of configs) await cp(path.join(root, config), path.join(dir, config));
  await symlink(path.join(root, 'node_modules'), path.join(dir, 'node_modules'));
  return {
    dir,
    run: (tool, ...args) => run(path.join(root, 'node_modules/.bin', tool), args, dir),
    remove: () => rm(dir, { recursive: true }),
  };
}

/** Lines marked with `// <tool>: <rule>`, as `file:line rule`, sorted. */
export async function plantedLines(dir: string, tool: string): Promise<string[]> {
  const files = (await readdir(dir, { recursive: true })).filter(
    (name) => name.endsWith('.ts') && !name.startsWith('node_modules'),
  );
  const found: string[] = [];
  for (const file of files) {
    const lines = (await readFile(path.join(dir, file), 'utf8')).split('\n');
    lines.forEach((line, index) => {
      const rule = line.split(`// ${tool}: `)[1];
      if (rule) found.push(`${file}:${index + 1} ${rule}`);
    });
  }
  return found.sort();
}

function run(file: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { cwd, maxBuffer: 50 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else if (stdout === '')
        reject(new Error(`${path.basename(file)} said nothing but: ${stderr}`));
      else resolve(stdout);
    });
  });
}
