import type { LiveApi } from './live-api';

export const INBOUND_SECRET = `whsec_${Buffer.from('an inbound secret of tests').toString('base64')}`;
export const OUTBOUND_SECRET = `whsec_${Buffer.from('an outbound secret of tests').toString('base64')}`;
export const IDENTITY_SECRET = 'identity-secret-of-the-tests';
export const AUTH_TOKEN = 'twilio-auth-token-of-the-tests';

/** A connector of each kind, a channel on each, two agents, a supervisor, a queue. */
export async function configureAll(live: LiveApi): Promise<void> {
  const make = live.configure;
  await make('connectors', {
    id: 'chat',
    providerId: 'webchat',
    attributes: { identitySecret: IDENTITY_SECRET },
  });
  await make('connectors', {
    id: 'partner',
    providerId: 'http',
    attributes: {
      sendUrl: 'https://partner.example/messages',
      inboundSecret: INBOUND_SECRET,
      outboundSecret: OUTBOUND_SECRET,
    },
  });
  await make('connectors', {
    id: 'twilio-main',
    providerId: 'twilio',
    attributes: {
      accountSid: 'AC00000000000000000000000000000000',
      authToken: AUTH_TOKEN,
    },
  });
  await make('queues', { id: 'support', mrdId: 'chat' });
  const channel = (given: Record<string, unknown> & { id: string }) =>
    make('channels', { queueId: 'support', wrapUp: { enabled: false }, ...given });
  await channel({
    id: 'web',
    channelType: 'WEB',
    serviceIdentifier: 'web',
    connectorId: 'chat',
    origins: ['https://shop.example'],
    webchat: {
      title: 'Talk </script> to us',
      preChatFields: [{ key: 'topic', label: 'Topic', required: true }],
    },
  });
  await channel({
    id: 'generic',
    channelType: 'GENERIC',
    serviceIdentifier: 'partner',
    connectorId: 'partner',
  });
  await channel({
    id: 'sms',
    channelType: 'SMS',
    serviceIdentifier: '+15550001111',
    connectorId: 'twilio-main',
  });
  await channel({
    id: 'off',
    channelType: 'GENERIC',
    serviceIdentifier: 'off',
    connectorId: 'partner',
    enabled: false,
  });
  // Tests join far more conversations than a person could serve.
  const mrds = [{ mrdId: 'chat', maxTasks: 100 }];
  for (const id of ['agt_ana', 'agt_ben'])
    await make('agents', { id, name: id, username: id, mrds });
  await make('agents', { id: 'sup_sara', name: 'Sara', username: 'sara', supervisor: true, mrds });
  await make('bots', { id: 'echo', kind: 'HOOK' });
}
