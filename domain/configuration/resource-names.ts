/** Names of configured resources, each a collection, an API path and a section of parley.yaml (http-api.md section 2). */
export const RESOURCE_NAMES = [
  'connectors',
  'channels',
  'mrds',
  'queues',
  'lists',
  'routing-attributes',
  'agents',
  'teams',
  'bots',
  'calendars',
  'wrap-up-forms',
  'canned-replies',
  'customer-labels',
  'webhook-subscriptions',
] as const;
export type ResourceName = (typeof RESOURCE_NAMES)[number];
