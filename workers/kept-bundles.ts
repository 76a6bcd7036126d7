import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Bundle, readBundle } from './bundle';

/** Bundles of versions that still have open conversations: `<data dir>/bundles/<buildId>.js`. */
export interface KeptBundles {
  keep(bundle: Bundle): Promise<void>;
  /** Build ids, without the excluded one. */
  list(except: string): Promise<string[]>;
  read(buildId: string): Promise<Bundle>;
  remove(buildId: string): Promise<void>;
}

/** In a directory. Only files whose content fits their name are read. */
export function keptBundles(dir: string): KeptBundles {
  const fileOf = (buildId: string) => path.join(dir, `${buildId}.js`);
  return {
    async keep({ code, buildId }) {
      if (existsSync(fileOf(buildId))) return;
      await mkdir(dir, { recursive: true });
      await writeFile(`${fileOf(buildId)}.new`, code);
      await rename(`${fileOf(buildId)}.new`, fileOf(buildId)); // a kill leaves no half a bundle under its name
    },
    async list(except) {
      const names = existsSync(dir) ? await readdir(dir) : [];
      return names
        .filter((name) => /^[0-9a-f]{16}\.js$/.test(name))
        .map((name) => name.slice(0, -'.js'.length))
        .filter((buildId) => buildId !== except);
    },
    async read(buildId) {
      const bundle = await readBundle(fileOf(buildId));
      if (bundle.buildId !== buildId)
        throw new Error(`${fileOf(buildId)} is damaged: it is ${bundle.buildId}.`);
      return bundle;
    },
    remove: (buildId) => rm(fileOf(buildId), { force: true }),
  };
}

/** One look at the kept versions. `emptyLooks` remembers how often each had nothing open. */
export interface Retirement {
  readonly kept: Pick<KeptBundles, 'list' | 'remove'>;
  readonly current: string;
  countOpen(buildId: string): Promise<number>;
  /** Starts a worker on the version, unless one runs. */
  serve(buildId: string): Promise<void>;
  /** Stops the version's worker, if one runs. */
  dismiss(buildId: string): Promise<void>;
}

/** Looks in a row that must find nothing: counts are a moment behind what was started last. */
const EMPTY_LOOKS_TO_RETIRE = 2;

/**
 * Serve every kept version that has open conversations, and forget those that had none in two looks.
 * @returns `emptyLooks` for the next look
 */
export async function lookAfterKept(
  { kept, current, countOpen, serve, dismiss }: Retirement,
  emptyLooks: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, number>> {
  const next = new Map<string, number>();
  for (const buildId of await kept.list(current)) {
    if ((await countOpen(buildId)) > 0) {
      await serve(buildId);
      continue;
    }
    const looks = (emptyLooks.get(buildId) ?? 0) + 1;
    if (looks < EMPTY_LOOKS_TO_RETIRE) {
      next.set(buildId, looks);
      continue;
    }
    await dismiss(buildId);
    await kept.remove(buildId);
  }
  return next;
}
