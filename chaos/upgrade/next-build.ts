import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildBundle } from '../../workers/build-bundle';
import { repositoryRoot } from '../../workers/bundle';

/** A second build of the product, in a folder of its own. */
export interface NextBuild {
  readonly root: string;
  readonly buildId: string;
  /** Loaded before the api's own code, it makes the api a later one. */
  readonly apiPreload: string;
}

/** The build of this checkout again, with the workflows of {@link file://./next-workflows.ts}. */
export async function makeNextBuild(root: string): Promise<NextBuild> {
  const from = repositoryRoot();
  const workflowsPath = path.join(from, 'chaos', 'upgrade', 'next-workflows.ts');
  const bundle = await buildBundle({ workflowsPath });
  await mkdir(root, { recursive: true });
  await cp(path.join(from, 'dist'), path.join(root, 'dist'), { recursive: true });
  await cp(path.join(from, 'package.json'), path.join(root, 'package.json'));
  await symlink(path.join(from, 'node_modules'), path.join(root, 'node_modules'));
  await writeFile(path.join(root, 'dist', 'workflow-bundle.js'), bundle.code);
  return {
    root,
    buildId: bundle.buildId,
    apiPreload: path.join(from, 'chaos', 'upgrade', 'next-api.cjs'),
  };
}
