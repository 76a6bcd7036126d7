import { spawn } from 'node:child_process';
import { root } from './terminal.mjs';

/**
 * One step of a target that has several. Its output is on ours, or with `together` printed in one piece below the name of
 * the step when it ends, so that steps may run side by side. It is told to end when this process is, or when the bootstrap
 * that started this process was killed. Nothing it listened to stays: a listener of `disconnect` would keep the channel to
 * the bootstrap open, and this process alive after its last step.
 * @returns whether it succeeded
 */
export function runStep(command, args, { together } = {}) {
  return new Promise((resolve) => {
    const out = together === undefined ? 'inherit' : 'pipe';
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', out, out] });
    const output = [];
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data) => output.push(data));
    const pass = (signal) => child.kill(signal);
    const orphaned = () => child.kill('SIGTERM');
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, pass);
    process.on('disconnect', orphaned);
    const end = (succeeded) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, pass);
      process.off('disconnect', orphaned);
      if (together !== undefined) process.stdout.write(`\n▶ ${together}\n${Buffer.concat(output)}`);
      resolve(succeeded);
    };
    child.once('error', (error) => {
      console.error(error.message);
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}
