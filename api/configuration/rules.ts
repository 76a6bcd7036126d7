import type { AnyConnector } from '../../connectors/connector';
import { templateReopens } from '../../domain/channel/reply-window';
import type { ChannelType } from '../../domain/channel/types';
import type { ResourceName } from '../../infra/stores';
import type { Fault } from '../errors';

type Fields = Readonly<Record<string, unknown>>;

/** The configuration that an object is checked against: what is stored, or what a file is about to make of it. */
export interface Configured {
  get(resource: ResourceName, id: string): Promise<Fields | null>;
  all(resource: ResourceName): Promise<readonly Fields[]>;
}

type Rule = (
  value: Fields,
  configured: Configured,
  connectors: ReadonlyMap<string, AnyConnector>,
) => Promise<readonly Fault[]>;

/** What an object of this resource demands of others. */
export function ruleOf(resource: ResourceName): Rule {
  return RULES[resource] ?? (async () => []);
}

/** domain.md section 9. */
const RULES: Partial<Record<ResourceName, Rule>> = {
  async channels(value, configured, connectors) {
    const channel = value as {
      id: string;
      channelType: ChannelType;
      serviceIdentifier: string;
      connectorId: string;
      queueId: string | null;
      agentRequestTtlSeconds: number;
      defaultOutbound: boolean;
      windowTemplate?: unknown;
    };
    const connector = await configured.get('connectors', channel.connectorId);
    const types: readonly string[] | undefined = connectors.get(
      String(connector?.['providerId']),
    )?.channelTypes;
    const queue = channel.queueId ? await configured.get('queues', channel.queueId) : null;
    const others = (await configured.all('channels')).filter(
      (other) => other['id'] !== channel.id && other['channelType'] === channel.channelType,
    );
    const twin = others.find((other) => other['serviceIdentifier'] === channel.serviceIdentifier);
    const rival =
      channel.defaultOutbound && others.find((other) => other['defaultOutbound'] === true);
    return [
      ...(types && !types.includes(channel.channelType)
        ? [{ path: 'channelType', message: `this connector serves ${types.join(', ')}` }]
        : []),
      ...(queue && channel.agentRequestTtlSeconds <= Number(queue['reservationSeconds'])
        ? [
            {
              path: 'agentRequestTtlSeconds',
              message: `must be greater than the queue's reservationSeconds (${queue['reservationSeconds']})`,
            },
          ]
        : []),
      ...(twin ? [{ path: 'serviceIdentifier', message: `channel ${twin['id']} has it` }] : []),
      ...(channel.windowTemplate && !templateReopens(channel.channelType)
        ? [{ path: 'windowTemplate', message: `${channel.channelType} has no templates` }]
        : []),
      ...(rival
        ? [
            {
              path: 'defaultOutbound',
              message: `channel ${rival['id']} is the default of this type`,
            },
          ]
        : []),
    ];
  },
  async connectors(value, configured, connectors) {
    const types: readonly string[] =
      connectors.get(String(value['providerId']))?.channelTypes ?? [];
    const users = (await configured.all('channels')).filter(
      (channel) => channel['connectorId'] === value['id'],
    );
    const stranded = users.filter((channel) => !types.includes(String(channel['channelType'])));
    return stranded.map((channel) => ({
      path: 'providerId',
      message: `channel ${channel['id']} is of type ${channel['channelType']}`,
    }));
  },
  async queues(value, configured) {
    const queue = value as {
      id: string;
      reservationSeconds: number;
      steps: {
        expression?: { terms: { attributeId: string; op: string; value: unknown }[] } | null;
      }[];
    };
    const users = (await configured.all('channels')).filter(
      (channel) => channel['queueId'] === queue.id,
    );
    const short = users.filter(
      (channel) => Number(channel['agentRequestTtlSeconds']) <= queue.reservationSeconds,
    );
    const terms = queue.steps.flatMap((step, s) =>
      (step.expression?.terms ?? []).map((term, t) => ({
        ...term,
        path: `steps[${s}].expression.terms[${t}].value`,
      })),
    );
    return [
      ...short.map((channel) => ({
        path: 'reservationSeconds',
        message: `must be less than agentRequestTtlSeconds of channel ${channel['id']}`,
      })),
      ...(await misfits(terms, configured)),
    ];
  },
  async agents(value, configured) {
    const { id, username, attributes } = value as {
      id: string;
      username?: string;
      attributes: { attributeId: string; value: unknown }[];
    };
    const twin =
      username &&
      (await configured.all('agents')).find(
        (other) => other['id'] !== id && other['username'] === username,
      );
    const held = attributes.map((attribute, index) => ({
      ...attribute,
      path: `attributes[${index}].value`,
    }));
    return [
      ...(twin ? [{ path: 'username', message: `agent ${twin['id']} has it` }] : []),
      ...(await misfits(held, configured)),
    ];
  },
};

/** Values that do not fit their attribute's type: true or false for BOOLEAN, a number for PROFICIENCY. */
async function misfits(
  values: readonly {
    readonly path: string;
    readonly attributeId: string;
    readonly value: unknown;
  }[],
  configured: Configured,
): Promise<readonly Fault[]> {
  const found = await Promise.all(
    values.map(async ({ path, attributeId, value }) => {
      const type = (await configured.get('routing-attributes', attributeId))?.['type'];
      const expected =
        type === 'BOOLEAN' ? 'boolean' : type === 'PROFICIENCY' ? 'number' : undefined;
      return expected && typeof value !== expected
        ? [{ path, message: `must be a ${expected}: ${attributeId} is ${type}` }]
        : [];
    }),
  );
  return found.flat();
}
