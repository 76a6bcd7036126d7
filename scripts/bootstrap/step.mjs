import { spawn } from 'node:child_process';
import { root } from './terminal.mjs';

/**
 * One step of a target that has several, its output on ours. It is told to end when this process is, or when the bootstrap
 * that started this process was killed. Nothing it listened to stays: a listener of `disconnect` would keep the channel to
 * the bootstrap open, and this process alive after its last step.
 * @returns whether it succeeded
 */
export function runStep(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    const pass = (signal) => child.kill(signal);
    const orphaned = () => child.kill('SIGTERM');
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, pass);
    process.on('disconnect', orphaned);
    const end = (succeeded) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, pass);
      process.off('disconnect', orphaned);
      resolve(succeeded);
    };
    child.once('error', (error) => {
      console.error(error.message);
      end(false);
    });
    child.once('exit', (code) => end(code === 0));
  });
}
