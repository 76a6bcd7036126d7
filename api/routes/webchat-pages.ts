import type { Channel } from '../../domain/channel/schema';
import type { RouteDeps } from '../context';
import { content, createRoute, createRouter, json, z } from '../openapi';
import { fill, pagePolicy, webFile } from '../webchat/assets';
import type { Visitors } from '../webchat/visitors';

const tags = ['Webchat'];
const channelParams = z.object({ channelId: z.string().min(1).max(64) });
const Settings = z
  .object({
    channelId: z.string(),
    title: z.string().optional(),
    accentColor: z.string().optional(),
    preChatFields: z.array(z.object({ key: z.string(), label: z.string(), required: z.boolean() })),
    language: z.string(),
  })
  .meta({ id: 'WebchatSettings' });
const getSettings = createRoute({
  method: 'get',
  path: '/webchat/{channelId}/settings',
  tags,
  summary: 'What the channel shows of itself',
  request: { params: channelParams },
  responses: { 200: json(Settings, 'Public settings.') },
});
const getWidget = createRoute({
  method: 'get',
  path: '/widget.js',
  tags,
  summary: 'The embeddable widget',
  request: { query: z.object({ channelId: z.string().min(1).max(64).optional() }) },
  responses: { 200: content('text/javascript', 'The script, with the settings of the channel.') },
});
const getDemo = createRoute({
  method: 'get',
  path: '/webchat/{channelId}/demo',
  tags,
  summary: 'A page that shows the widget',
  request: { params: channelParams },
  responses: { 200: content('text/html', 'The page.') },
});

/** The widget, what its channel shows of itself, and a page that shows both. */
export function webchatPageRoutes({ config, webChannel }: RouteDeps & Visitors) {
  return createRouter()
    .openapi(getSettings, async (c) => {
      const { channel } = await webChannel(c, c.req.valid('param').channelId);
      return c.json(settingsOf(channel), 200);
    })
    .openapi(getWidget, async (c) => {
      const { channelId } = c.req.valid('query');
      const settings = channelId ? settingsOf((await webChannel(c, channelId)).channel) : null;
      const script = await webFile('widget.js');
      return new Response(settings ? `${withSettings(settings)}${script}` : script, {
        headers: {
          'content-type': 'text/javascript; charset=utf-8',
          'cache-control': 'public, max-age=300',
          // Strangers' pages load it: that is what it is for.
          'cross-origin-resource-policy': 'cross-origin',
        },
      });
    })
    .openapi(getDemo, async (c) => {
      const { channel } = await webChannel(c, c.req.valid('param').channelId);
      const page = fill(await webFile('demo.html'), {
        channelId: channel.id,
        temporalUi: config.temporalUiUrl ?? 'https://docs.temporal.io/web-ui',
      });
      return new Response(page, {
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': pagePolicy(page),
        },
      });
    });
}

function settingsOf({ id, webchat, language }: Channel): z.infer<typeof Settings> {
  const { title, accentColor, preChatFields } = webchat;
  return {
    channelId: id,
    ...(title ? { title } : {}),
    ...(accentColor ? { accentColor } : {}),
    preChatFields: preChatFields.map(({ key, label, required }) => ({ key, label, required })),
    language,
  };
}

/** Goes before the widget, which then need not ask. */
function withSettings(settings: z.infer<typeof Settings>): string {
  const name = JSON.stringify(settings.channelId);
  return `globalThis.parleyWebchat=Object.assign(globalThis.parleyWebchat||{},{${name}:${JSON.stringify(settings)}});\n`;
}
