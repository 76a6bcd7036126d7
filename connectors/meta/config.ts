import { z } from 'zod';
import { Secrets } from '../secrets';

/** Attributes that every connector to Meta's Graph API has (http-api.md section 2). While a secret is rotated it lists the new one first. */
export const graphAttributes = {
  accessToken: Secrets.meta({ description: 'Bearer of calls to the Graph API.' }),
  appSecret: Secrets.meta({ description: 'Signs webhooks.' }),
  verifyToken: Secrets.meta({ description: 'Our own word for the set-up call of the webhook.' }),
  apiVersion: z
    .string()
    .regex(/^v\d{1,3}\.\d{1,2}$/, 'such as v25.0')
    .default('v25.0'),
  baseUrl: z.url({ protocol: /^https?$/ }).default('https://graph.facebook.com'),
};
/** Those of them that reads never show. */
export const GRAPH_SECRETS = ['accessToken', 'appSecret', 'verifyToken'] as const;
