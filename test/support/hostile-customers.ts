import type { MessageBody } from '../../domain/message/schema';
import { type FakePartner, startFakePartner } from './fakes/partner';
import {
  all,
  HOSTILE_EDIT,
  HOSTILE_REACTIONS,
  HOSTILE_TEXT,
  hostileBodies,
} from './hostile-bodies';
import { hostile, packed } from './hostile-texts';
import { eventually, type StaffStage } from './staff-stage';

/** Of the channel, its connector, its list. */
const ID = 'unsafe';
const AGENT = 'agt_cleo';
/** A picture of one dot, PNG. */
const DOT =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';

export interface HostileCustomers {
  readonly people: readonly HostileCustomer[];
  readonly agentToken: string;
  /** An agent joins all conversations. */
  join(): Promise<void>;
  /** The first customer sends everything that there is; the agent answers with what they said. */
  say(): Promise<void>;
  /** A customer writes at this moment. */
  type(customer: HostileCustomer): Promise<unknown>;
  close(): Promise<void>;
}
export interface HostileCustomer {
  readonly name: string;
  readonly identifier: string;
  /** Their conversation's path and id. */
  readonly path: string;
  readonly id: string;
  /** Of what they wrote first. */
  readonly messageId: string;
}

/**
 * Customers who fill every field that is theirs with code, on a channel of their own. They
 * wait on a list: the first with all channel data and attributes, and among them all payloads as name and as identifier.
 */
export async function startHostileCustomers(stage: StaffStage): Promise<HostileCustomers> {
  const secrets = {
    inboundSecret: `whsec_${Buffer.from('what the partner signs with, 32.').toString('base64')}`,
    outboundSecret: `whsec_${Buffer.from('what we ourselves sign with, 32.').toString('base64')}`,
  };
  const partner = await startFakePartner(secrets);
  try {
    return await fill(stage, partner, secrets);
  } catch (error) {
    await partner.close();
    throw error;
  }
}

async function fill(
  stage: StaffStage,
  partner: FakePartner,
  secrets: { readonly inboundSecret: string; readonly outboundSecret: string },
): Promise<HostileCustomers> {
  const admin = stage.adminToken();
  partner.hookUrl = `${stage.url()}/webhooks/${ID}`;
  await openChannel(stage, { ...secrets, sendUrl: partner.sendUrl });
  const connector = await stage.token('connector', ID);
  const agentToken = await stage.token('agent', AGENT);
  await stage.call(agentToken, 'PUT', `/v1/agents/${AGENT}/state`, { state: 'READY' });

  const identifiers = packed('identifier', 256);
  const people = await Promise.all(
    packed('name', 240).map(async (pack, n): Promise<HostileCustomer> => {
      const name = `Mallory${n} ${pack}`;
      const identifier = identifiers[n] ?? `mallory-${n}`;
      const { customerId, messageId } = await write({
        providerMessageId: `first-${n}`,
        customer: { identifier, name, ...(n === 0 ? { attributes: hostileAttributes() } : {}) },
        body: n === 0 ? HOSTILE_TEXT : { type: 'PLAIN', text: 'Good morning' },
        ...(n === 0 ? { channelData: hostileChannelData() } : {}),
      });
      const { id } = await eventually(() =>
        stage
          .call<{ id: string }>(admin, 'GET', `/v1/customers/${customerId}/conversation`)
          .catch(() => null),
      );
      return { name, identifier, path: `/v1/conversations/${id}`, id, messageId };
    }),
  );
  const [first] = people;
  if (!first) throw new Error('there are no payloads');
  const user = { id: first.identifier, name: first.name };

  return {
    people,
    agentToken,
    async join() {
      for (const { id } of people)
        await stage.call(agentToken, 'POST', `/v1/lists/${ID}/requests/${id}/join`);
    },
    async say() {
      const mediaId = await upload(stage, connector);
      const bodies = [
        ...hostileBodies(mediaId),
        { type: 'PLAIN', text: 'Soon to change' } as const,
      ];
      const said = (n: number) => `said-${n}`;
      await inTurns(bodies, (body, n) =>
        write({
          providerMessageId: said(n),
          customer: { identifier: first.identifier },
          body,
        }),
      );
      const odd = bodies.flatMap(({ type }, n) => (type === 'UNSUPPORTED' ? [said(n)] : []));
      await inTurns(HOSTILE_REACTIONS, (emoji, n) =>
        taken(partner, 'reaction.changed', { messageId: odd[n], user, emoji }),
      );
      const edited = { id: said(bodies.length - 1), user, body: HOSTILE_EDIT };
      await taken(partner, 'message.edited', edited);
      for (const answer of answers(first))
        await stage.call(agentToken, 'POST', `${first.path}/messages`, answer);
      await stage.call(agentToken, 'PATCH', `${first.path}/data`, { told: all('factValue') });
    },
    type: ({ identifier, name }) =>
      taken(partner, 'typing.started', { user: { id: identifier, name } }),
    async close() {
      for (const { path } of people) await stage.call(admin, 'DELETE', path, { reason: 'done' });
      await partner.close();
    },
  };

  function write(message: {
    readonly providerMessageId: string;
    readonly customer: object;
    readonly body: MessageBody;
    readonly channelData?: object;
  }): Promise<{ readonly customerId: string; readonly messageId: string }> {
    return stage.call(connector, 'POST', `/v1/channels/${ID}/messages`, message);
  }
}

async function openChannel(stage: StaffStage, attributes: object): Promise<void> {
  const admin = stage.adminToken();
  await stage.call(admin, 'POST', '/v1/connectors', {
    ...{ id: ID, providerId: 'http' },
    attributes: { ...attributes, capabilities: { templates: true } },
  });
  await stage.call(admin, 'POST', '/v1/lists', {
    ...{ id: ID, name: 'Unsafe', agentSlaSeconds: 300 },
    agentSlaThresholds: [{ percent: 0, action: 'WARNING' }],
  });
  await stage.call(admin, 'POST', '/v1/channels', {
    ...{ id: ID, channelType: 'GENERIC', serviceIdentifier: ID, connectorId: ID },
    ...{ routingMode: 'PULL', listId: ID },
  });
  await stage.call(admin, 'POST', '/v1/agents', {
    ...{ id: AGENT, name: 'Cleo', username: 'cleo', mrds: [{ mrdId: 'chat', maxTasks: 50 }] },
  });
}

/** Agents say what customers said: quoted, as buttons, as templates. */
function answers({ messageId }: HostileCustomer): readonly object[] {
  const choices = hostile('button').map((title, n) => ({ id: `${n} ${title}`, title }));
  const bodies = [
    ...[choices.slice(0, 20), choices.slice(20)].map((some) => ({
      ...{ type: 'BUTTON', text: 'Which?', choices: some },
    })),
    ...packed('template', 500).map((name) => ({ type: 'TEMPLATE', name, language: 'en' })),
  ];
  return bodies.map((body) => ({ body, replyTo: messageId }));
}

function hostileAttributes(): Readonly<Record<string, string>> {
  const values = hostile('attributeValue');
  return Object.fromEntries(hostile('attributeKey').map((key, n) => [key, values[n] ?? '']));
}

/** What a page says of itself and of its visitor, and the answers of its form. */
function hostileChannelData(): Readonly<Record<string, unknown>> {
  return {
    browser: hostile('browser'),
    pageUrl: hostile('pageUrl'),
    pageTitle: hostile('pageTitle'),
    referrer: hostile('referrer'),
    formData: { topic: all('formAnswer') },
    ...Object.fromEntries(hostile('dataKey').map((key) => [key, 1])),
  };
}

async function upload(stage: StaffStage, token: string): Promise<string> {
  const form = new FormData();
  form.append('file', new File([Buffer.from(DOT, 'base64')], 'dot.png', { type: 'image/png' }));
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${stage.url()}/v1/media`, { method: 'POST', headers, body: form });
  return ((await answer.json()) as { mediaId: string }).mediaId;
}

async function taken(partner: FakePartner, type: string, data: object): Promise<void> {
  const answer = await partner.post(type, data);
  if (!answer.ok) throw new Error(`${type}: ${answer.status} ${await answer.text()}`);
}

/** Eight at a time. */
async function inTurns<T>(items: readonly T[], act: (item: T, n: number) => Promise<unknown>) {
  for (let from = 0; from < items.length; from += 8)
    await Promise.all(items.slice(from, from + 8).map((item, n) => act(item, from + n)));
}
