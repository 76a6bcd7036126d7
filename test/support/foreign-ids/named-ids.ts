/** An operation of our own document, as far as it names ids outside of its path. */
interface Operation {
  readonly 'x-roles': readonly string[];
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: {
    readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
  };
}
interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

/** Times and page cursors are called otherwise; `to` is a party in bodies and a time in queries. */
const IN_QUERY = /(Ids?|dentifier)$|^(id|ticket)$/;
const IN_BODY = /(Ids?|dentifier)$|^(id|to|replyTo)$/;
/** Of the message itself: choices and templates name nothing of ours. */
const OF_A_MESSAGE = /^body\.(?!mediaId$)/;

/** Each place in a query or body that takes an id, for callers of these roles: `METHOD route place`. */
export function namedIds(document: ApiDocument, roles: readonly string[]): readonly string[] {
  return Object.entries(document.paths).flatMap(([route, item]) =>
    Object.entries(item).flatMap(([method, operation]) => {
      if (!operation['x-roles'].some((role) => roles.includes(role))) return [];
      const inQuery = (operation.parameters ?? [])
        .filter(({ in: where, name }) => where === 'query' && IN_QUERY.test(name))
        .map(({ name }) => name);
      const schema = operation.requestBody?.content?.['application/json']?.schema;
      const inBody = placesIn(document, schema, '', 0).filter((place) => !OF_A_MESSAGE.test(place));
      const places = [...new Set([...inQuery, ...inBody])];
      return places.map((place) => `${method.toUpperCase()} ${route} ${place}`);
    }),
  );
}

function placesIn(
  document: ApiDocument,
  given: Schema | undefined,
  under: string,
  depth: number,
): string[] {
  const name = given?.$ref?.split('/').at(-1);
  const schema = name ? document.components?.schemas?.[name] : given;
  if (!schema || depth > 6) return [];
  const deeper = (one: Schema, at: string) => placesIn(document, one, at, depth + 1);
  const { anyOf = [], oneOf = [], allOf = [] } = schema;
  return [
    ...[...anyOf, ...oneOf, ...allOf].flatMap((one) => deeper(one, under)),
    ...(schema.items ? deeper(schema.items, under) : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([key, one]) => {
      const at = under ? `${under}.${key}` : key;
      return [...(IN_BODY.test(key) ? [at] : []), ...deeper(one, at)];
    }),
  ];
}
