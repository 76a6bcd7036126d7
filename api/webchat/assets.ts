import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ProblemError } from '../../domain/errors';

/** Where the build puts the pages and the widget, seen from the source and from the compiled code; the page's source where nothing was built. */
const PLACES = ['../../dist/web', '../../web', '../../web/widget/public'];

/** A page or script of the build, by its name there. Throws `NOT_FOUND` with what to do when there is none. */
export async function webFile(name: 'widget.js' | 'demo.html' | 'staff.html'): Promise<string> {
  const text = await builtFile(name);
  if (text === null)
    throw new ProblemError('NOT_FOUND', `${name} is not built: run \`npm run build:web\`.`);
  return text;
}

/** A file of the build; null when there is none. `name` must be one that nobody outside chose. */
export async function builtFile(name: string): Promise<string | null> {
  for (const place of PLACES) {
    const text = await readFile(path.resolve(__dirname, place, name), 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  return null;
}

/** A page's policy: own files, the inline style sheets that it has, by their hash, and what is `allowed` besides. */
export function pagePolicy(
  html: string,
  allowed: { readonly connect?: readonly string[]; readonly frame?: readonly string[] } = {},
): string {
  const hashes = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(
    ([, css = '']) => `'sha256-${createHash('sha256').update(css).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' ${hashes.join(' ')}`.trim(),
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    ["connect-src 'self'", ...(allowed.connect ?? [])].join(' '),
    ...(allowed.frame ? [`frame-src ${allowed.frame.join(' ')}`] : []),
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

/** Fills `{{name}}` places of a page, as text. */
export function fill(html: string, values: Readonly<Record<string, string>>): string {
  return html.replaceAll(/\{\{(\w+)\}\}/g, (_match, name: string) =>
    (values[name] ?? '').replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
  );
}
