import { readFile } from 'node:fs/promises';
import path from 'node:path';
import vm from 'node:vm';
import { repositoryRoot, withoutCallStacks } from '../../workers/bundle';

/** What the SDK's hook asks a promise of the sandbox for, word for word. */
const ASKED = ['return globalThis.__TEMPORAL_ACTIVATOR__', 'return globalThis.Error'] as const;

/** What the hook looks at: a replay of another test file may have left it in this process. */
const ACTIVATOR = {
  info: { runId: 'run' },
  promiseStackStore: { childToParent: new Map(), promiseToStack: new Map() },
};

/** Runs `code` as workflow code is run: after the bundle, in a context of its own. */
function inSandbox(code: string): unknown {
  const context = vm.createContext({ __TEMPORAL_ACTIVATOR__: ACTIVATOR });
  return vm.runInContext(`${withoutCallStacks('')} ${code}`, context);
}

describe('code without call stacks', () => {
  it('has no stack for what the SDK makes of each promise', () => {
    const hook = `new (Promise.resolve().constructor.constructor('${ASKED[1]}')())().stack`;
    expect(inSandbox(hook)).toBeUndefined();
  });

  it('still tells the SDK whose promise it is', () => {
    expect(inSandbox(`Promise.resolve().constructor.constructor('${ASKED[0]}')()`)).toBe(ACTIVATOR);
  });

  it('makes functions as ever, whatever else is asked', () => {
    expect(inSandbox("Promise.constructor('a', 'b', 'return a + b')(1, 2)")).toBe(3);
  });

  it("keeps all frames of an author's error", () => {
    const stack = inSandbox(
      "const a = () => { throw new Error('odd'); }; const b = () => a(); const c = () => b(); try { c(); } catch (error) { error.stack }",
    );
    expect(String(stack)).toMatch(/^Error: odd\n\s+at a .*\n\s+at b .*\n\s+at c /);
  });

  it('keeps one line, so that the source map of the code fits', () => {
    expect(withoutCallStacks('first')).toMatch(/^[^\n]* first$/);
  });

  it('is asked by the SDK in those words', async () => {
    const hook = 'node_modules/@temporalio/worker/lib/workflow/vm-shared.js';
    const source = await readFile(path.join(repositoryRoot(), hook), 'utf8');
    for (const asked of ASKED) expect(source).toContain(`('${asked}')()`);
  });
});
