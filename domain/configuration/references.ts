/** A configured object that another one names: where, and what. */
export interface Reference {
  readonly path: string;
  readonly resource: string;
  readonly id: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Which configured objects an object names (domain.md section 9, "Cannot be deleted while"): they must exist when it is saved and
 * may not be deleted while it stands. Takes objects that passed their schema.
 */
export function referencesOf(resource: string, object: Fields): readonly Reference[] {
  return (RULES[resource] ?? []).flatMap(([target, path]) =>
    collect(object, path.split('.'), '').map(({ path: at, id }) => ({
      path: at,
      resource: target,
      id,
    })),
  );
}

/** By resource: the resource named, and the fields that name it; `[]` walks a list. */
const RULES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  channels: [
    ['connectors', 'connectorId'],
    ['queues', 'queueId'],
    ['lists', 'listId'],
    ['bots', 'botId'],
    ['calendars', 'calendarId'],
    ['wrap-up-forms', 'wrapUp.formId'],
  ],
  queues: [
    ['mrds', 'mrdId'],
    ['calendars', 'calendarId'],
    ['routing-attributes', 'steps.[].expression.terms.[].attributeId'],
  ],
  lists: [['mrds', 'mrdId']],
  agents: [
    ['teams', 'teamIds.[]'],
    ['routing-attributes', 'attributes.[].attributeId'],
    ['mrds', 'mrds.[].mrdId'],
  ],
  teams: [
    ['agents', 'supervisorIds.[]'],
    ['agents', 'memberIds.[]'],
  ],
  'canned-replies': [['teams', 'teamIds.[]']],
};

function collect(
  value: unknown,
  path: readonly string[],
  at: string,
): { path: string; id: string }[] {
  const [step, ...rest] = path;
  if (step === undefined) return typeof value === 'string' ? [{ path: at, id: value }] : [];
  if (step === '[]')
    return Array.isArray(value)
      ? value.flatMap((item, index) => collect(item, rest, `${at}[${index}]`))
      : [];
  if (typeof value !== 'object' || value === null) return [];
  return collect((value as Fields)[step], rest, at === '' ? step : `${at}.${step}`);
}

/** Order in which objects of a file are saved: what is named before what names it. Agents and teams name each other. */
export const DEPENDENCY_ORDER = [
  'mrds',
  'calendars',
  'routing-attributes',
  'wrap-up-forms',
  'customer-labels',
  'bots',
  'connectors',
  'queues',
  'lists',
  'teams',
  'agents',
  'canned-replies',
  'webhook-subscriptions',
  'channels',
] as const;

/** MRDs that are there from the start (domain.md 6.8). */
export const BUILT_IN_MRDS = [
  { id: 'chat', name: 'Chat', maxTasks: 5, interruptible: true },
  { id: 'email', name: 'E-mail', maxTasks: 5, interruptible: true },
  { id: 'voice', name: 'Voice', maxTasks: 1, interruptible: false },
] as const;
