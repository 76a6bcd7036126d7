import path from 'node:path';
import { repositoryRoot } from '../../workers/bundle';

/** A source by its path in the repository: workflow code is bundled from sources, compiled or not. */
export function sourceFile(name: string): string {
  return path.join(repositoryRoot(), name);
}
