import type { SendContext } from '../../../connectors/connector';
import { planParts } from '../../../domain/message/outbound';
import { anOutboundPart } from '../../support/outbound-part';
import { BODIES, type ConnectorDescription } from './description';

/** Where a connector only tells of calls, whatever is written is refused before the provider hears of it. */
export function callsOnlySuite({ connector, channel, signing }: ConnectorDescription): void {
  const cfg = connector.configSchema.parse(signing.attributes(signing.secrets[0]));
  const able = connector.capabilities(cfg, channel.channelType);

  describe('a channel for calls', () => {
    it('says that nothing can be written, and has a plan for none of it', () => {
      expect(able).toMatchObject({ text: { max: 0 }, media: { kinds: [] }, buttons: null });
      for (const body of BODIES)
        expect(planParts(body, able, { linkOf: () => 'https://parley.test/m' })).toEqual({
          rejected: 'bodyType',
        });
    });

    it('calls nobody when it is given a message all the same', async () => {
      const called: unknown[] = [];
      const context = { cfg, fetch: async (url: unknown) => void called.push(url) };
      const part = anOutboundPart({ channelType: channel.channelType });
      await expect(
        connector.send(part, context as unknown as SendContext<unknown>),
      ).rejects.toMatchObject({ type: 'Rejected' });
      expect(called).toEqual([]);
    });
  });
}
