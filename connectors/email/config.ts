import { z } from 'zod';
import { Secrets } from '../secrets';

const host = z.string().min(1).max(253);
const port = z.int().min(1).max(65_535);
const ca = z
  .string()
  .max(65_536)
  .regex(/-----BEGIN CERTIFICATE-----/, 'certificates in PEM')
  .optional()
  .meta({
    description:
      'Who may have signed the server’s certificate, beside the public authorities. PEM.',
  });

/** Attributes of an e-mail connector (http-api.md section 2). */
export const EmailConfig = z.strictObject({
  address: z
    .email()
    .max(254)
    .meta({ description: 'Mails go out from it; answers come back to it with a token.' }),
  senderName: z.string().max(200).optional(),
  smtp: z.strictObject({
    host,
    port: port.default(587),
    secure: z.boolean().default(false).meta({
      description: 'TLS from the first byte; otherwise STARTTLS where the server offers it.',
    }),
    user: z.string().min(1).max(320).optional(),
    password: z.string().min(1).optional(),
    ca,
  }),
  imap: z
    .strictObject({
      host,
      port: port.default(993),
      secure: z.boolean().default(true),
      user: z.string().min(1).max(320),
      password: z.string().min(1),
      mailbox: z.string().min(1).max(200).default('INBOX'),
      ca,
    })
    .optional()
    .meta({
      description: 'A mailbox whose mails are fetched; it is only read. Beside the webhook.',
    }),
  inboundSecret: Secrets.meta({
    description:
      'Signs raw mails at the webhook, or is their Bearer; also guards answer addresses.',
  }),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ description: 'Not used: mail goes to `smtp` and `imap`.' }),
});
export type EmailConfig = z.infer<typeof EmailConfig>;
