/** The part of JSON schema that the API's document uses for configured objects. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly $ref?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}
export interface Document {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** How one field is edited. `json`: lists and nested objects, as text that is checked. */
export type Editor = 'text' | 'long' | 'number' | 'flag' | 'choice' | 'json';
export interface Field {
  readonly name: string;
  readonly editor: Editor;
  readonly required: boolean;
  readonly nullable: boolean;
  readonly schema: Schema;
  readonly choices: readonly string[];
}

/** Set by the server, or the form's own; they are shown nowhere and sent back never. */
const READ_ONLY: ReadonlySet<string> = new Set([
  ...['version', 'createdAt', 'updatedAt', 'id'],
  // What an agent is doing now.
  ...['state', 'reason', 'since', 'loginAt', 'mrdStates', 'timers'],
]);
/** UTF-16 units from which a text gets more than one line. */
const LONG_TEXT = 1000;

/** The fields of a resource, the required ones first. */
export function fieldsOf(document: Document, name: string): readonly Field[] {
  const schema = document.components.schemas[name];
  const fields = Object.entries(schema?.properties ?? {})
    .filter(([key]) => !READ_ONLY.has(key))
    .map(([key, part]) => fieldOf(document, key, part, schema?.required?.includes(key) ?? false));
  return [...fields].sort((a, b) => Number(b.required) - Number(a.required));
}

function fieldOf(document: Document, name: string, part: Schema, required: boolean): Field {
  const parts = alternatives(document, part);
  const nullable = parts.some(({ type }) => hasType(type, 'null'));
  const real = parts.filter(({ type }) => type !== 'null');
  const one = real.length === 1 ? real[0] : undefined;
  const schema = { ...part, ...one };
  const choices = (one?.enum ?? []).filter((value) => value !== null).map(String);
  return { name, editor: editorOf(one, choices), required, nullable, schema, choices };
}

function alternatives(document: Document, schema: Schema): readonly Schema[] {
  const target = schema.$ref?.split('/').at(-1);
  if (target) return alternatives(document, document.components.schemas[target] ?? {});
  const parts = schema.anyOf ?? schema.oneOf;
  return parts ? parts.flatMap((part) => alternatives(document, part)) : [schema];
}

function editorOf(schema: Schema | undefined, choices: readonly string[]): Editor {
  if (!schema) return 'json';
  if (choices.length > 0 && hasType(schema.type, 'string')) return 'choice';
  if (hasType(schema.type, 'boolean')) return 'flag';
  if (hasType(schema.type, 'integer') || hasType(schema.type, 'number')) return 'number';
  if (hasType(schema.type, 'string')) return (schema.maxLength ?? 0) > LONG_TEXT ? 'long' : 'text';
  return 'json';
}

function hasType(type: Schema['type'], wanted: string): boolean {
  return Array.isArray(type) ? type.includes(wanted) : type === wanted;
}

/** What is typed into a form: text for each field, `''` = not set; flags as such. */
export type Draft = Readonly<Record<string, string | boolean>>;

export function draftOf(
  fields: readonly Field[],
  stored: Readonly<Record<string, unknown>>,
): Draft {
  return Object.fromEntries(
    fields.map(({ name, editor, schema }) => {
      const value = stored[name] === undefined ? schema.default : stored[name];
      if (editor === 'flag') return [name, value === true];
      if (value === undefined || value === null) return [name, ''];
      return [name, editor === 'json' ? JSON.stringify(value, null, 2) : String(value)];
    }),
  );
}

/** The object that a draft means, and what is wrong with it by field. */
export function objectOf(fields: readonly Field[], draft: Draft) {
  const object: Record<string, unknown> = {};
  const faults: Record<string, 'json' | 'required' | 'number'> = {};
  for (const { name, editor, required, nullable } of fields) {
    const text = draft[name];
    if (typeof text === 'boolean') object[name] = text;
    else if (text === undefined || text.trim() === '') {
      if (required) faults[name] = 'required';
      else if (nullable) object[name] = null;
    } else if (editor === 'number') {
      if (Number.isFinite(Number(text))) object[name] = Number(text);
      else faults[name] = 'number';
    } else if (editor === 'json') {
      try {
        object[name] = JSON.parse(text);
      } catch {
        faults[name] = 'json';
      }
    } else object[name] = text;
  }
  return { object, faults };
}
