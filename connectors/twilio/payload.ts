import { z } from 'zod';

/** Form parameters of a webhook; every name may repeat, and all of them are signed. */
export type Params = ReadonlyMap<string, readonly string[]>;

/** Reads `name=value&…` as Twilio wrote it: `+` is a space, repeats and empty values stay, nothing is normalised. */
export function readParams(encoded: string): Params {
  const params = new Map<string, string[]>();
  // The added `?` is the one that URLSearchParams drops.
  for (const [name, value] of new URLSearchParams(`?${encoded}`)) {
    const values = params.get(name);
    if (values) values.push(value);
    else params.set(name, [value]);
  }
  return params;
}

/** The first value of a parameter; undefined when absent or empty. */
export function param(params: Params, name: string): string | undefined {
  return params.get(name)?.[0] || undefined;
}

/** An address without `whatsapp:`; 7 to 15 digits get their `+`. */
export function bare(address: string): string {
  const plain = address.trim().replace(/^whatsapp:/i, '');
  return /^\d{7,15}$/.test(plain) ? `+${plain}` : plain;
}

/** A message as the REST API shows it. */
export const MessageResource = z.looseObject({
  sid: z.string().optional(),
  status: z.string().optional(),
  body: z.string().nullish(),
  direction: z.string().optional(),
  date_created: z.string().nullish(),
  num_media: z.union([z.string(), z.number()]).nullish(),
  messaging_service_sid: z.string().nullish(),
});
export type MessageResource = z.infer<typeof MessageResource>;

export const MessageList = z.looseObject({
  messages: z.array(MessageResource),
  next_page_uri: z.string().nullish(),
});

export const ErrorBody = z.looseObject({
  code: z.union([z.number(), z.string()]).nullish(),
  message: z.string().nullish(),
});
