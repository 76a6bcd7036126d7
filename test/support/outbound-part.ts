import type { OutboundPart } from '../../connectors/connector';

/** A part of a message, to be sent. */
export function anOutboundPart(over: Partial<OutboundPart> = {}): OutboundPart {
  return {
    id: 'msg_1-1',
    messageId: 'msg_1',
    conversationId: 'cnv_1',
    to: '+15550002222',
    from: '+15550001111',
    channelType: 'SMS',
    body: { type: 'PLAIN', text: 'Hello' },
    replyTo: null,
    mediaUrls: {},
    hookUrl: 'https://parley.test/webhooks/sms',
    ...over,
  };
}
