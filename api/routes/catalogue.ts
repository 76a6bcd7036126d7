import { ConfigId } from '../../domain/channel/schema';
import { CHANNEL_TYPES, type ChannelType } from '../../domain/channel/types';
import { ProblemError } from '../../domain/errors';
import { editorOf } from '../configuration/editor';
import type { RouteDeps } from '../context';
import { invalid } from '../errors';
import { createRoute, createRouter, json, jsonBody, pageOf, z } from '../openapi';

const ChannelTypeView = z
  .object({ id: z.enum(CHANNEL_TYPES as [ChannelType, ...ChannelType[]]), mrdId: ConfigId })
  .meta({ id: 'ChannelType' });
const ProviderView = z
  .looseObject({
    id: z.string(),
    channelTypes: z.array(z.string()),
    attributeSchema: z.looseObject({}),
    secretAttributes: z.array(z.string()),
  })
  .meta({ id: 'Provider' });
const typeParams = z.object({ id: z.enum(CHANNEL_TYPES as [ChannelType, ...ChannelType[]]) });

const getProviders = createRoute({
  method: 'get',
  path: '/v1/providers',
  tags: ['Configuration'],
  summary: 'List providers',
  responses: { 200: json(pageOf(ProviderView), 'All of them.') },
});
const getProvider = createRoute({
  method: 'get',
  path: '/v1/providers/{id}',
  tags: ['Configuration'],
  summary: 'One provider',
  request: { params: z.object({ id: z.string().max(64) }) },
  responses: { 200: json(ProviderView, 'The provider.') },
});
const getTypes = createRoute({
  method: 'get',
  path: '/v1/channel-types',
  tags: ['Configuration'],
  summary: 'List channel types',
  responses: { 200: json(pageOf(ChannelTypeView), 'All of them.') },
});
const getType = createRoute({
  method: 'get',
  path: '/v1/channel-types/{id}',
  tags: ['Configuration'],
  summary: 'One channel type',
  request: { params: typeParams },
  responses: { 200: json(ChannelTypeView, 'The channel type.') },
});
const putType = createRoute({
  method: 'put',
  path: '/v1/channel-types/{id}',
  tags: ['Configuration'],
  summary: 'Move a channel type to another MRD',
  request: {
    params: typeParams,
    body: jsonBody(z.strictObject({ id: z.string().optional(), mrdId: ConfigId })),
  },
  responses: { 200: json(ChannelTypeView, 'Moved.') },
});

/** What is built in: providers, and channel types with the MRD of each. */
export function catalogueRoutes({ stores, providers }: RouteDeps) {
  const view = async (id: ChannelType) => ({ id, mrdId: await stores.config.channelTypeMrd(id) });
  return createRouter()
    .openapi(getProviders, (c) =>
      c.json(
        {
          items: providers.map((provider) => ({
            ...provider,
            channelTypes: [...provider.channelTypes],
            secretAttributes: [...provider.secretAttributes],
          })),
          nextCursor: null,
        },
        200,
      ),
    )
    .openapi(getProvider, (c) => {
      const provider = providers.find(({ id }) => id === c.req.valid('param').id);
      if (!provider) throw new ProblemError('NOT_FOUND', 'There is no such provider.');
      return c.json(
        {
          ...provider,
          channelTypes: [...provider.channelTypes],
          secretAttributes: [...provider.secretAttributes],
        },
        200,
      );
    })
    .openapi(getTypes, async (c) =>
      c.json({ items: await Promise.all(CHANNEL_TYPES.map(view)), nextCursor: null }, 200),
    )
    .openapi(getType, async (c) => c.json(await view(c.req.valid('param').id), 200))
    .openapi(putType, async (c) => {
      const { id } = c.req.valid('param');
      const { mrdId } = c.req.valid('json');
      if (!(await stores.config.get('mrds', mrdId)))
        throw invalid([{ path: 'mrdId', message: 'no such object in mrds' }]);
      const before = await view(id);
      await stores.config.setChannelTypeMrd(id, mrdId);
      await stores.audit.record({
        ...editorOf(c),
        action: 'configuration.replaced',
        target: `channel-types/${id}`,
        before,
        after: { id, mrdId },
      });
      return c.json({ id, mrdId }, 200);
    });
}
