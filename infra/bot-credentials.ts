import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a Bot Framework bot may do with the address it was given: speak in one conversation, under one control epoch. */
export interface BotGrant {
  readonly botId: string;
  readonly conversationId: string;
  readonly epoch: number;
}

export interface BotCredentials {
  /** `serviceUrl` of a call: the grant and its signature are a part of the address, since such a bot sends nothing else back. */
  serviceUrlOf(grant: BotGrant): string;
  /** The grant of such an address; null when it was not made by us. */
  read(credential: string): BotGrant | null;
}

/** `PARLEY_SECRET`: the first signs, all verify. */
export function createBotCredentials({
  publicUrl,
  secrets,
}: {
  readonly publicUrl: string;
  readonly secrets: readonly [string, ...string[]];
}): BotCredentials {
  return {
    serviceUrlOf({ botId, conversationId, epoch }) {
      const grant = Buffer.from(JSON.stringify([botId, conversationId, epoch])).toString(
        'base64url',
      );
      return `${publicUrl}/botframework/${grant}~${sign(secrets[0], grant)}`;
    },
    read(credential) {
      const [grant = '', signature = '', ...rest] = credential.split('~');
      const given = Buffer.from(signature);
      const fits = secrets.some((secret) => {
        const expected = Buffer.from(sign(secret, grant));
        return expected.length === given.length && timingSafeEqual(expected, given);
      });
      if (!fits || rest.length > 0) return null;
      const [botId, conversationId, epoch] = JSON.parse(Buffer.from(grant, 'base64url').toString());
      return { botId, conversationId, epoch };
    },
  };
}

function sign(secret: string, grant: string): string {
  return createHmac('sha256', secret).update(`bot ${grant}`).digest('base64url');
}
