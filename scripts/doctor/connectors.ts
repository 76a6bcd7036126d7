import { MongoClient } from 'mongodb';
import { openFields } from '../../infra/mongo/sealed-fields';
import { createSecretBox } from '../../infra/secret-box';
import { type Finding, fail, ok, reasonOf, skipped, warn } from './finding';

/** A configured connector with its secrets in plain. */
export interface ConfiguredConnector {
  readonly id: string;
  readonly providerId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Calls that change nothing and cost nothing, by provider: whether it knows the credential. */
const QUESTIONS: Readonly<
  Record<
    string,
    (attributes: Attributes) => {
      readonly path: string;
      readonly init?: RequestInit;
      readonly base: string;
    }
  >
> = {
  telegram: ({ botToken }) => ({ base: 'https://api.telegram.org', path: `/bot${botToken}/getMe` }),
  twilio: ({ accountSid, authToken, apiKeySid, apiKeySecret }) => ({
    base: 'https://api.twilio.com',
    path: `/2010-04-01/Accounts/${accountSid}.json`,
    init: {
      headers: {
        authorization: `Basic ${Buffer.from(apiKeySid ? `${apiKeySid}:${apiKeySecret}` : `${accountSid}:${authToken}`).toString('base64')}`,
      },
    },
  }),
  viber: ({ authToken }) => ({
    base: 'https://chatapi.viber.com',
    path: '/pa/get_account_info',
    init: { method: 'POST', headers: { 'x-viber-auth-token': String(authToken) }, body: '{}' },
  }),
  line: ({ channelAccessToken }) => ({
    base: 'https://api.line.me',
    path: '/v2/bot/info',
    init: bearer(channelAccessToken),
  }),
  'whatsapp-cloud': meta('phoneNumberId'),
  messenger: meta('pageId'),
  instagram: meta('pageId'),
};

type Attributes = Readonly<Record<string, unknown>>;

function bearer(token: unknown): RequestInit {
  return { headers: { authorization: `Bearer ${token}` } };
}

function meta(id: string) {
  return (attributes: Attributes) => ({
    base: 'https://graph.facebook.com',
    path: `/${attributes['apiVersion'] ?? 'v23.0'}/${attributes[id]}?fields=id`,
    init: bearer(attributes['accessToken']),
  });
}

/** Asks each provider that can be asked. `get`: the guarded way out. */
export async function checkConnectors(
  connectors: readonly ConfiguredConnector[],
  get: typeof globalThis.fetch,
): Promise<Finding[]> {
  return Promise.all(connectors.map((connector) => ask(connector, get)));
}

async function ask(
  { id, providerId, attributes }: ConfiguredConnector,
  get: typeof globalThis.fetch,
): Promise<Finding> {
  const check = `connector ${id}`;
  const question = QUESTIONS[providerId]?.(attributes);
  if (!question) return skipped(check, `${providerId} has no cheap question`);
  const { base, path, init } = question;
  try {
    const answer = await get(`${attributes['baseUrl'] ?? base}${path}`, init);
    // Viber answers 200 to everything and says so in the body.
    const body = (await answer.json().catch(() => null)) as { readonly status?: unknown } | null;
    const refused = providerId === 'viber' && body?.status !== 0;
    if (answer.ok && !refused) return ok(check, `${providerId} knows its credential`);
    if (answer.status >= 500) return warn(check, `${providerId} answers ${answer.status}`);
    return fail(check, `${providerId} refuses its credential (${answer.status})`);
  } catch (error) {
    // The address may hold the credential.
    return warn(
      check,
      `${providerId} cannot be asked: ${error instanceof Error ? error.name : reasonOf(error)}`,
    );
  }
}

/** As they are stored, opened with `PARLEY_SECRET`. Throws when it is another than they were sealed with. */
export async function readConnectors(
  uri: string,
  database: string,
  secrets: readonly [string, ...string[]],
): Promise<ConfiguredConnector[]> {
  const client = new MongoClient(uri, {
    serverSelectionTimeoutMS: 4_000,
    appName: 'parley doctor',
  });
  try {
    const found = await client.db(database).collection<Stored>('connectors').find().toArray();
    const box = createSecretBox(secrets);
    return found.map(({ _id, sealed, fields }) => {
      const { providerId, attributes } = openFields(fields, sealed, box, `connectors/${_id}`);
      return {
        id: _id,
        providerId: String(providerId),
        attributes: (attributes ?? {}) as Attributes,
      };
    });
  } finally {
    await client.close();
  }
}

interface Stored {
  readonly _id: string;
  readonly sealed: readonly string[];
  readonly fields: Attributes;
}
