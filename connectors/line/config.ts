import { z } from 'zod';
import { Secrets } from '../secrets';

const ADDRESS = 'https://api.line.me';
const CONTENT_ADDRESS = 'https://api-data.line.me';
const url = z.url({ protocol: /^https?$/ });

/** Attributes of a LINE connector (http-api.md section 2). While `channelSecret` is rotated it lists both. */
export const LineConfig = z.strictObject({
  channelSecret: Secrets.meta({ description: 'Signs webhooks.' }),
  channelAccessToken: z.string().min(1).max(2000).meta({ description: 'Calls the API.' }),
  baseUrl: url.default(ADDRESS),
  contentBaseUrl: url.optional().meta({
    description: `Where media are fetched: ${CONTENT_ADDRESS}, or baseUrl where that is another than LINE's own.`,
  }),
});
export type LineConfig = z.infer<typeof LineConfig>;

/** LINE keeps what customers send at an address of its own; a stand-in has one for everything. */
export function contentAddress({ baseUrl, contentBaseUrl }: LineConfig): string {
  return contentBaseUrl ?? (baseUrl === ADDRESS ? CONTENT_ADDRESS : baseUrl);
}
