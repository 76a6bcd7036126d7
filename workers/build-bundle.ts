import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type BundleOptions, bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { type Bundle, buildIdOf, bundleFile, repositoryRoot } from './bundle';

export interface BundleSources {
  /** Exports the workflows. @default workflows/index.ts */
  readonly workflowsPath?: string;
  /** Exports `bots`: what workflows import as `@bots`. @default bots/index.ts */
  readonly botsPath?: string;
}

/** Bundles workflows with bots for a worker. */
export async function buildBundle({
  workflowsPath = sourceOf('workflows'),
  botsPath = sourceOf('bots'),
}: BundleSources = {}): Promise<Bundle> {
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: INTERCEPTORS.map((name) => path.join(repositoryRoot(), name)),
    failureConverterPath: path.join(repositoryRoot(), 'workflows', 'failure-converter.ts'),
    preloadModules: SHARED.map((name) => path.join(repositoryRoot(), name)),
    webpackConfigHook: (config) => withOurs(config, botsPath),
    logger: new DefaultLogger('WARN'),
  });
  return { code, buildId: buildIdOf(code) };
}

/**
 * Loaded once for all workflows of a thread, with what they import, instead of once for each. They are pure: nothing in them outlasts a
 * call, so that no workflow sees another's. Not the workflows themselves, which load what authors wrote.
 */
const SHARED = [
  'domain/conversation/decide.ts',
  'domain/conversation/view.ts',
  'domain/conversation/deadlines.ts',
  'domain/conversation/opening.ts',
  'domain/conversation/merge.ts',
  'domain/conversation/for-routing.ts',
  'domain/message/send-policy.ts',
  'domain/routing/routing.ts',
  'domain/routing/explain.ts',
  'domain/routing/carry.ts',
];

const INTERCEPTORS = ['workflows/tracing.ts', 'workflows/same-in-replay.ts'];

/** What Node 20 runs as it is: for an older one each spread becomes a call, and the bundle a quarter larger. */
const TARGET = 'es2023';

type Config = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

function withOurs(config: Config, botsPath: string): Config {
  return {
    ...config,
    module: { ...config.module, rules: config.module?.rules?.map(withTarget) },
    resolve: { ...config.resolve, alias: { ...config.resolve?.alias, '@bots': botsPath } },
  };
}

type Rule = NonNullable<NonNullable<Config['module']>['rules']>[number];

/** The SDK's own rule for TypeScript, with our target. */
function withTarget(rule: Rule): Rule {
  if (typeof rule !== 'object' || !rule || String(rule.test) !== String(/\.ts$/)) return rule;
  const use = rule.use as { readonly loader: string; readonly options: { readonly jsc: object } };
  const jsc = { ...use.options.jsc, target: TARGET };
  return { ...rule, use: { ...use, options: { ...use.options, jsc } } };
}

/** Always from the sources, so that a run with tsx and a compiled one have the same build id. */
function sourceOf(folder: string): string {
  return path.join(repositoryRoot(), folder, 'index.ts');
}

async function main(): Promise<void> {
  const { code, buildId } = await buildBundle();
  const file = bundleFile();
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.new`, code);
  await rename(`${file}.new`, file); // a worker that starts meanwhile reads a whole file
  process.stdout.write(`workflow bundle ${buildId}\n`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  });
}
