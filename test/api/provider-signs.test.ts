import { createProviderSigns } from '../../api/conversations/provider-signs';
import type { AnyConnector, InboundEvent, OutboundTyping } from '../../connectors/connector';
import { telegramConnector } from '../../connectors/telegram';
import { createOutgoing } from '../../infra/outgoing';
import type { Stores } from '../../infra/stores';
import { fakeStores } from '../support/fakes/stores';
import { type FakeTelegram, refusal, startFakeTelegram } from '../support/fakes/telegram';
import { eventually } from '../support/live-api';

const config = { botToken: '1:A', secretToken: 'secret' };
let telegram: FakeTelegram;
beforeAll(async () => {
  telegram = await startFakeTelegram(config);
});
afterAll(() => telegram.close());

const session = (id: string, channelId: string, state = 'STARTED') => ({
  id,
  channelId,
  channelType: channelId === 'web' ? 'WEB' : 'TELEGRAM',
  customerIdentifier: id === 'ses_tg' ? '7' : '8',
  state,
});

function signs(
  channelSessions: readonly object[],
  connectors = [telegramConnector],
  entry: object | null = null,
) {
  const warned: object[] = [];
  const stores = fakeStores({
    config: {
      channel: async (id: string) => ({
        channel: { id, serviceIdentifier: 'bot' },
        connector: {
          providerId: id === 'web' ? 'webchat' : 'telegram',
          cfg: configured(),
          valid: true,
        },
      }),
    },
    conversations: { get: async () => ({ channelSessions, lastSeq: 0 }) },
    timeline: { messagesBefore: async () => [], find: async () => entry },
  } as unknown as Partial<Stores>);
  const quiet = { info: () => undefined, error: () => undefined };
  const made = createProviderSigns({
    stores,
    connectors: new Map(connectors.map((one: AnyConnector) => [one.id, one])),
    outgoing: createOutgoing({ allowedPrivateHosts: ['127.0.0.1'] }),
    logger: { ...quiet, warn: (fields: object) => void warned.push(fields) },
    mediaLinkOf: (id) => `https://parley.test/${id}`,
    now: () => new Date(),
  });
  return Object.assign(made, { warned });
}
const configured = () => ({ ...config, baseUrl: telegram.url });

it('shows typing in the session that was opened last, or in the one that is named', async () => {
  const both = [
    session('ses_old', 'tg2'),
    session('ses_tg', 'tg'),
    session('ses_x', 'tg', 'ENDED'),
  ];
  signs(both).typing('cnv_1', null, true);
  await eventually(async () => telegram.typing.length === 1 || null);
  signs(both).typing('cnv_1', 'ses_old', true);
  await eventually(async () => telegram.typing.length === 2 || null);
  expect(telegram.typing).toEqual(['7', '8']);
});

it('asks nobody where the connector shows none', async () => {
  const before = telegram.requests.length;
  const shown: OutboundTyping[] = [];
  const silent = { ...telegramConnector, typing: undefined } as unknown as typeof telegramConnector;
  const watched = {
    ...telegramConnector,
    typing: async (sign: OutboundTyping) => void shown.push(sign),
  };
  signs([session('ses_tg', 'tg')], [silent]).typing('cnv_1', null, true);
  signs([session('ses_web', 'web')]).typing('cnv_1', null, true);
  signs([]).typing('cnv_1', null, true);
  signs([session('ses_tg', 'tg')], [watched]).typing('cnv_1', null, false);
  await eventually(async () => shown.length === 1 || null);
  expect(shown).toMatchObject([{ to: '7', from: 'bot', channelType: 'TELEGRAM', typing: false }]);
  expect(telegram.requests).toHaveLength(before);
});

it('acknowledges events; what fails is logged and nothing more', async () => {
  const tap: InboundEvent = {
    kind: 'message',
    channelId: 'tg',
    eventKey: 'update:1',
    occurredAt: '2026-11-22T10:00:00.000Z',
    providerMessageId: 'tap:cq1',
    externalUser: { id: '7' },
    body: { type: 'CHOICE', choiceId: 'yes' },
  };
  const made = signs([]);
  made.acknowledge('tg', [tap]);
  await eventually(async () => telegram.answered.length === 1 || null);
  expect(telegram.answered).toEqual(['cq1']);
  telegram.script.next({ type: 'answer', status: 400, body: refusal(400, 'query is too old') });
  made.acknowledge('tg', [tap]);
  await eventually(async () => made.warned.length === 1 || null);
  expect(made.warned).toEqual([{ channelId: 'tg', reason: 'ConnectorError' }]);
});

describe('a message that has gone out', () => {
  const text = (value: string) => ({ type: 'PLAIN' as const, text: value });
  const entry = (change: object = {}) => ({
    type: 'AGENT_MESSAGE',
    channelSessionId: 'ses_tg',
    body: text('old'),
    delivery: { providerMessageIds: ['7:1'] },
    ...change,
  });
  const here = [session('ses_tg', 'tg')];
  const called = (from: number) =>
    eventually(async () => telegram.requests.slice(from).at(-1) ?? null);

  it('is changed and taken back where the customer sees it', async () => {
    let from = telegram.requests.length;
    signs(here, undefined, entry()).edit('cnv_1', 'msg_1', text('new'));
    expect(await called(from)).toEqual({
      method: 'editMessageText',
      params: { chat_id: '7', message_id: 1, text: 'new' },
    });
    from = telegram.requests.length;
    signs(here, undefined, entry({ delivery: { providerMessageIds: ['7:1', '7:2'] } })).remove(
      'cnv_1',
      'msg_1',
    );
    await eventually(async () => telegram.requests.length === from + 2 || null);
    expect(telegram.requests.slice(from).map(({ params }) => params['message_id'])).toEqual([1, 2]);
  });

  it('stays where it went out in pieces, or would now; which is logged', async () => {
    const from = telegram.requests.length;
    const pieces = signs(
      here,
      undefined,
      entry({ delivery: { providerMessageIds: ['7:1', '7:2'] } }),
    );
    pieces.edit('cnv_1', 'msg_1', text('new'));
    const long = signs(here, undefined, entry());
    long.edit('cnv_1', 'msg_1', text('a '.repeat(3000)));
    await eventually(async () => (pieces.warned.length === 1 && long.warned.length === 1) || null);
    expect(telegram.requests).toHaveLength(from);
  });

  it('of the customer’s own, or of nobody, nothing is touched', async () => {
    const from = telegram.requests.length;
    const theirs = signs(here, undefined, entry({ type: 'CUSTOMER_MESSAGE' }));
    theirs.edit('cnv_1', 'msg_1', text('new'));
    theirs.remove('cnv_1', 'msg_1');
    signs(here).remove('cnv_1', 'msg_1');
    signs([session('ses_tg', 'tg', 'ENDED')], undefined, entry()).remove('cnv_1', 'msg_1');
    signs(here, undefined, entry()).react('cnv_1', 'msg_1', '👍');
    expect(await called(from)).toMatchObject({ method: 'setMessageReaction' });
    expect(telegram.requests).toHaveLength(from + 1);
  });
});
