import {
  anActiveStory,
  type Story,
  text,
  voiceSettings,
  whatsAppSettings,
} from '../../support/conversations';

const template = {
  name: 'we_are_back',
  language: 'en',
  components: [{ type: 'body', parameters: [{ type: 'text', text: 'Ana' }] }],
};
const withTemplate = whatsAppSettings({ windowTemplate: template });
const failed = (story: Story, reasonCode = 'SESSION_WINDOW_CLOSED') => {
  story.agentSays('a1');
  const messageId = story.entriesOf('AGENT_MESSAGE').at(-1)?.id ?? '';
  story.apply({ type: 'sendFailed', messageId, reasonCode });
  return messageId;
};
const templates = (story: Story) =>
  story.entriesOf('SYSTEM_MESSAGE').filter(({ body }) => body?.type === 'TEMPLATE');

describe('a message whose reply window ended while it waited', () => {
  it('is followed by the channel’s template, on its own session, and the agent is told', () => {
    const story = anActiveStory(withTemplate);
    const messageId = failed(story);
    expect(story.entriesOf('MESSAGE_DELIVERY_NOTIFICATION').at(-1)?.data).toMatchObject({
      messageId,
      reasonCode: 'SESSION_WINDOW_CLOSED',
    });
    const [sent] = templates(story);
    expect(sent).toMatchObject({
      body: { type: 'TEMPLATE', ...template },
      channelSessionId: story.session('wa').id,
      data: { notice: 'windowTemplate' },
    });
    expect(story.effects).toContainEqual(
      expect.objectContaining({ type: 'send', messageId: sent?.id }),
    );
  });

  it('the template goes once per window, also when it fails itself, and again in the next', () => {
    const story = anActiveStory(withTemplate);
    failed(story);
    failed(story);
    const [sent] = templates(story);
    story.apply({
      type: 'sendFailed',
      messageId: sent?.id ?? '',
      reasonCode: 'SESSION_WINDOW_CLOSED',
    });
    expect(templates(story)).toHaveLength(1);
    story.wait(60).customerWrites();
    failed(story);
    expect(templates(story)).toHaveLength(2);
  });

  it('learnt from a receipt: the same', () => {
    const story = anActiveStory(withTemplate);
    story.agentSays('a1');
    const messageId = story.entriesOf('AGENT_MESSAGE').at(-1)?.id ?? '';
    const reasonCode = 'SESSION_WINDOW_CLOSED';
    story.apply({
      type: 'deliveryReceipt',
      receipt: { conversationId: 'cnv_1', messageId, state: 'FAILED', reasonCode },
    });
    expect(templates(story)).toHaveLength(1);
  });

  it.each([
    ['no template is configured', whatsAppSettings(), 'SESSION_WINDOW_CLOSED'],
    ['it failed for another reason', withTemplate, 'Rejected'],
    [
      'the channel has no window',
      voiceSettings({ windowTemplate: template }),
      'SESSION_WINDOW_CLOSED',
    ],
  ])('no template when %s', (_why, settings, reasonCode) => {
    const story = anActiveStory(settings);
    failed(story, reasonCode);
    expect(templates(story)).toEqual([]);
  });

  it('none on a session that has ended', () => {
    const story = anActiveStory(withTemplate);
    story.agentSays('a1');
    const messageId = story.entriesOf('AGENT_MESSAGE').at(-1)?.id ?? '';
    story.endSession('wa');
    story.apply({ type: 'sendFailed', messageId, reasonCode: 'SESSION_WINDOW_CLOSED' });
    expect(templates(story)).toEqual([]);
  });
});

describe('opting out', () => {
  const consent = (story: Story, optedOut: 'ASKED' | null) =>
    story.apply({
      type: 'channelDataUpdated',
      session: {
        channelId: 'wa',
        customerIdentifier: 'visitor',
        eventKey: `consent-${optedOut}-${story.state.lastSeq}`,
        channelData: { optedOut },
      },
    });
  const said = (story: Story) =>
    story
      .entriesOf('CHANNEL_SESSION_DATA_UPDATED')
      .map(({ data, actor }) => [
        (data?.['set'] as { optedOut?: unknown } | undefined)?.optedOut,
        actor.type,
      ]);

  it('is in the timeline, and an agent’s message is refused until the customer opts in', () => {
    const story = anActiveStory(whatsAppSettings());
    story.customerWrites('STOP');
    consent(story, 'ASKED');
    const refused = story.agentSays('a1').refused;
    expect(refused).toMatchObject({
      code: 'ILLEGAL_STATE',
      detail: expect.stringContaining('opted out'),
    });
    story.customerWrites('hello?');
    expect(story.agentSays('a1').refused?.code).toBe('ILLEGAL_STATE');
    consent(story, null);
    expect(story.agentSays('a1').refused).toBeUndefined();
    expect(said(story)).toEqual([
      ['ASKED', 'CUSTOMER'],
      [null, 'CUSTOMER'],
    ]);
  });

  it('a provider’s refusal counts until the customer writes', () => {
    const story = anActiveStory(whatsAppSettings());
    failed(story, 'OptedOut');
    expect(story.agentSays('a1').refused?.code).toBe('ILLEGAL_STATE');
    story.customerWrites();
    expect(story.agentSays('a1').refused).toBeUndefined();
    expect(said(story)).toEqual([
      ['REFUSED', 'CONTROLLER'],
      [null, 'CUSTOMER'],
    ]);
  });

  it('where to write is to opt in, a message is enough', () => {
    const story = anActiveStory(whatsAppSettings({ writingOptsIn: true }));
    consent(story, 'ASKED');
    story.customerWrites();
    expect(story.agentSays('a1').refused).toBeUndefined();
  });

  it('touches no other session, and nothing that a visitor says of their own webchat', () => {
    const story = anActiveStory();
    story.startSession({}, whatsAppSettings());
    consent(story, 'ASKED');
    expect(story.agentSays('a1', 'Hi', story.session('web').id).refused).toBeUndefined();
    story.apply({
      type: 'channelDataUpdated',
      session: {
        channelId: 'web',
        customerIdentifier: 'visitor',
        eventKey: 'own',
        channelData: { optedOut: 'ASKED' },
      },
    });
    expect(story.agentSays('a1', 'Hi', story.session('web').id).refused).toBeUndefined();
  });

  it('does not stop a bot, whose message fails by itself', () => {
    const story = anActiveStory(whatsAppSettings());
    story.leaves('a1');
    consent(story, 'ASKED');
    expect(story.botSays(text('You will hear nothing more.')).refused).toBeUndefined();
  });
});
