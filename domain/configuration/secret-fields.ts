/** Fields that are write-only and encrypted at rest, by resource. A connector's are declared by its provider. */
export const SECRET_FIELDS: Readonly<Record<string, readonly string[]>> = {
  bots: ['secret', 'apiKey', 'bearerToken'],
  'webhook-subscriptions': ['secret'],
};
