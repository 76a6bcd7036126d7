import { isDeepStrictEqual } from 'node:util';
import { LineCounter, parseDocument } from 'yaml';
import { DEPENDENCY_ORDER } from '../domain/configuration/references';
import { ProblemError } from '../domain/errors';
import type { ConfigStore, ResourceName } from './stores';

type Fields = Readonly<Record<string, unknown>>;
interface Fault {
  readonly path: string;
  readonly message: string;
}

/** Thrown when the file does not validate. `problems` names every fault with its path, not only the first. */
export class ConfigurationFileError extends Error {
  override readonly name = 'ConfigurationFileError';
  constructor(
    readonly file: string,
    readonly problems: readonly string[],
  ) {
    super(`${file} does not validate:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** Objects of a file by resource, with secrets filled in. */
export type FileSections = Readonly<Partial<Record<ResourceName, readonly Fields[]>>>;

/** How objects are checked and saved; the entry point passes what the API itself uses, so that both mean the same. */
export interface ConfigurationRules {
  parse(
    resource: ResourceName,
    object: Fields,
  ): { readonly value: Fields & { readonly id: string } } | { readonly faults: readonly Fault[] };
  faultsAmong(
    resource: ResourceName,
    value: Fields,
    configured: {
      get(resource: ResourceName, id: string): Promise<Fields | null>;
      all(resource: ResourceName): Promise<readonly Fields[]>;
    },
  ): Promise<readonly Fault[]>;
  /** After an object was saved: the audit row. */
  saved(resource: ResourceName, before: Fields | null, after: Fields): Promise<void>;
}

export interface Applied {
  readonly created: number;
  readonly replaced: number;
  readonly unchanged: number;
}

/**
 * Reads `parley.yaml`: one section per resource name, each a list of objects with the fields of the API. `${NAME}` stands for a
 * variable of the environment, `${NAME:-text}` for one with a default, `$${` for `${` itself. Throws {@link ConfigurationFileError}.
 */
export function readConfigurationFile(
  file: string,
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): FileSections {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0)
    throw new ConfigurationFileError(
      file,
      document.errors.map((error) => error.message.split('\n')[0] ?? ''),
    );
  const problems: string[] = [];
  const content = expand(document.toJS({ maxAliasCount: 100 }) ?? {}, '', { env, problems });
  if (!isFields(content)) throw new ConfigurationFileError(file, ['must be a map of sections']);
  const sections: Partial<Record<ResourceName, Fields[]>> = {};
  for (const [name, objects] of Object.entries(content)) {
    if (!isResource(name))
      problems.push(`${name}: unknown section; there are ${DEPENDENCY_ORDER.join(', ')}`);
    else if (objects === null) sections[name] = [];
    else if (!Array.isArray(objects) || !objects.every(isFields))
      problems.push(`${name}: must be a list of objects`);
    else sections[name] = objects;
  }
  for (const [name, objects] of Object.entries(sections))
    problems.push(...repeatedIds(name, objects));
  if (problems.length > 0) throw new ConfigurationFileError(file, problems);
  return sections;
}

/**
 * Makes the stored configuration hold what a file names, and leaves everything else alone. Checked whole before anything is
 * written; what is already as the file says is not touched, so a repeat changes nothing. Throws {@link ConfigurationFileError}.
 */
export async function applyConfiguration(
  file: string,
  sections: FileSections,
  config: ConfigStore,
  rules: ConfigurationRules,
): Promise<Applied> {
  const wanted = parseAll(file, sections, rules);
  await checkAll(file, wanted, config, rules);
  const counts = { created: 0, replaced: 0, unchanged: 0 };
  for (const { resource, value } of wanted) counts[await save(resource, value, config, rules)] += 1;
  return counts;
}

interface Wanted {
  readonly resource: ResourceName;
  readonly value: Fields & { readonly id: string };
  /** `queues[2]`. */
  readonly path: string;
}

function parseAll(
  file: string,
  sections: FileSections,
  rules: ConfigurationRules,
): readonly Wanted[] {
  const problems: string[] = [];
  const wanted = DEPENDENCY_ORDER.flatMap((resource) =>
    (sections[resource] ?? []).flatMap((object, index): Wanted[] => {
      const path = `${resource}[${index}]`;
      const parsed = rules.parse(resource, object);
      if ('value' in parsed) return [{ resource, value: parsed.value, path }];
      problems.push(...parsed.faults.map((fault) => describe(path, object['id'], fault)));
      return [];
    }),
  );
  if (problems.length > 0) throw new ConfigurationFileError(file, problems);
  return wanted;
}

/** Each object beside the others as they will be: those of the file over those stored. */
async function checkAll(
  file: string,
  wanted: readonly Wanted[],
  config: ConfigStore,
  rules: ConfigurationRules,
): Promise<void> {
  const named = new Map(wanted.map(({ resource, value }) => [`${resource}/${value.id}`, value]));
  const configured = {
    get: async (resource: ResourceName, id: string) =>
      named.get(`${resource}/${id}`) ?? config.get(resource, id),
    all: async (resource: ResourceName) => {
      const stored = (await allOf(config, resource)).filter(
        ({ id }) => !named.has(`${resource}/${id}`),
      );
      return [
        ...stored,
        ...wanted.filter((object) => object.resource === resource).map(({ value }) => value),
      ];
    },
  };
  const problems: string[] = [];
  for (const { resource, value, path } of wanted) {
    // What stands as it is was checked when it was saved; its addresses need no second look at every start.
    if (isSame(await config.get(resource, value.id), value)) continue;
    const faults = await rules.faultsAmong(resource, value, configured);
    problems.push(...faults.map((fault) => describe(path, value.id, fault)));
  }
  if (problems.length > 0) throw new ConfigurationFileError(file, problems);
}

/** Replicas start at the same time with the same file: whoever comes second looks again. */
const SAVE_ATTEMPTS = 5;

async function save(
  resource: ResourceName,
  value: Fields & { readonly id: string },
  config: ConfigStore,
  rules: ConfigurationRules,
): Promise<keyof Applied> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await config.get(resource, value.id);
    if (isSame(before, value)) return 'unchanged';
    try {
      const after = before
        ? await config.replace(resource, value.id, before.version, value)
        : await config.create(resource, value);
      await rules.saved(resource, before, after);
      return before ? 'replaced' : 'created';
    } catch (error) {
      const raced =
        error instanceof ProblemError &&
        (error.code === 'CONFLICT' || error.code === 'PRECONDITION_FAILED');
      if (!raced || attempt === SAVE_ATTEMPTS) throw error;
    }
  }
}

function isSame(stored: Fields | null, value: Fields): boolean {
  if (!stored) return false;
  const { version: _version, createdAt: _createdAt, updatedAt: _updatedAt, ...own } = stored;
  return isDeepStrictEqual(plain(own), plain(value));
}

/** Without fields that are undefined, which no store keeps. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

async function allOf(
  config: ConfigStore,
  resource: ResourceName,
): Promise<readonly (Fields & { readonly id: string })[]> {
  const all: (Fields & { readonly id: string })[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await config.list(resource, { limit: 200, cursor });
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
}

const VARIABLE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** Every text of a value with its variables filled in; `inside` is what the value stands in, since an alias may close a circle. */
function expand(
  value: unknown,
  path: string,
  filling: Filling,
  inside: readonly unknown[] = [],
): unknown {
  if (typeof value === 'string') return fill(value, path, filling);
  if (typeof value !== 'object' || value === null) return value;
  if (inside.includes(value)) {
    filling.problems.push(`${path}: contains itself`);
    return null;
  }
  const deeper = [...inside, value];
  if (Array.isArray(value))
    return value.map((item, index) => expand(item, `${path}[${index}]`, filling, deeper));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      expand(inner, path === '' ? key : `${path}.${key}`, filling, deeper),
    ]),
  );
}

interface Filling {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly problems: string[];
}

function fill(text: string, path: string, { env, problems }: Filling): string {
  return text.replace(
    VARIABLE,
    (whole: string, name: string | undefined, fallback: string | undefined) => {
      if (name === undefined) return whole.slice(1);
      const found = env[name] || fallback; // an empty variable counts as unset, as in compose files
      if (found === undefined) problems.push(`${path}: the environment has no ${name}`);
      return found ?? '';
    },
  );
}

function repeatedIds(name: string, objects: readonly Fields[]): readonly string[] {
  const ids = objects.map((object) => object['id']);
  return objects.flatMap(({ id }, index) =>
    id !== undefined && ids.indexOf(id) < index
      ? [`${name}[${index}].id: ${String(id)} is there twice`]
      : [],
  );
}

function describe(path: string, id: unknown, fault: Fault): string {
  const at = fault.path === '' ? path : `${path}.${fault.path}`;
  return typeof id === 'string' ? `${at} (${id}): ${fault.message}` : `${at}: ${fault.message}`;
}

function isResource(name: string): name is ResourceName {
  return (DEPENDENCY_ORDER as readonly string[]).includes(name);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
