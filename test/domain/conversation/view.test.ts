import { toConversation, toSummary } from '../../../domain/conversation/view';
import {
  aCreatedStory,
  agent,
  anActiveStory,
  Story,
  someSettings,
  whatsAppSettings,
} from '../../support/conversations';

function windowed(channelType: 'INSTAGRAM' | 'MESSENGER', humanAgentTag: boolean) {
  return someSettings({ channelType, humanAgentTag });
}
const home = { workflowId: 'conversation:cus_1', runId: 'run' };

describe('toConversation (http-api.md section 4)', () => {
  it.each<[string, Parameters<Story['startSession']>[1], number, 'template' | 'none']>([
    ['WHATSAPP', whatsAppSettings(), 24, 'template'],
    ['INSTAGRAM', windowed('INSTAGRAM', false), 24, 'none'],
    ['MESSENGER, under the tag for people', windowed('MESSENGER', true), 168, 'none'],
  ])('tells until when an agent may answer: %s', (_type, settings, hours, outside) => {
    const story = anActiveStory(settings);
    const endsAt = new Date(Date.parse(story.now) + hours * 3_600_000).toISOString();
    expect(toConversation(story.state, home).channelSessions[0]).toMatchObject({
      replyWindow: { endsAt, outside },
    });
  });
  it('shows sessions with the end of their time, participants, tasks and timers', () => {
    const story = anActiveStory();
    story.startSession({}, whatsAppSettings());
    story.agentSays('a1');
    const view = toConversation(story.state, home);
    expect(view).toMatchObject({
      id: 'cnv_1',
      customerId: 'cus_1',
      state: 'ACTIVE',
      closedAt: null,
      direction: 'INBOUND',
      disposition: null,
      previousConversationId: null,
      controlEpoch: 2,
      controlHolder: 'AGENTS',
      data: {},
      lastSeq: story.state.lastSeq,
      messageCount: 2,
      ...home,
    });
    expect(view.channelSessions[0]).toEqual({
      id: story.session('web').id,
      channelId: 'web',
      channelType: 'WEB',
      customerIdentifier: 'visitor',
      state: 'STARTED',
      endReason: null,
      startedAt: story.now,
      endedAt: null,
      direction: 'INBOUND',
      channelData: {},
      customerSuggestions: [],
      lastInboundAt: story.now,
      messageCounts: { customer: 1, bot: 0, agent: 1 },
      movedFrom: null,
      expiresAt: story.state.deadlines[`customerInactivity:${story.session('web').id}`],
      replyWindow: null,
    });
    expect(view.participants.map(({ id, type, role }) => [id, type, role])).toEqual([
      [story.session('web').id, 'CUSTOMER', 'CUSTOMER'],
      ['greeter', 'BOT', 'ASSISTANT'],
      ['a1', 'AGENT', 'PRIMARY'],
      [story.session('wa').id, 'CUSTOMER', 'CUSTOMER'],
    ]);
    expect(Object.keys(view.tasks[0] ?? {}).sort()).toEqual(
      [
        'id',
        'conversationId',
        'agentId',
        'queueId',
        'listId',
        'mrdId',
        'direction',
        'mode',
        'routingMode',
        'state',
        'mediaState',
        'closeReason',
        'closeDetail',
        'priority',
        'queuedAt',
        'reservedAt',
        'answeredAt',
        'endedAt',
        'offerExpiresAt',
        'waitingSince',
        'previousTaskId',
        'note',
        'requestedBy',
        'wrapUpStartedAt',
        'countsForCapacity',
        'media',
        'attributes',
      ].sort(),
    );
  });

  it('shows every deadline, the ringing offer of routing with them, by due time', () => {
    const story = aCreatedStory();
    story.findAgent();
    story.rings('a1', 20);
    const { timers } = toConversation(story.state, home);
    expect(timers.map(({ name }) => name)).toEqual([
      `reservation:${story.task(1).id}`,
      `agentRequestTtl:${story.task(1).id}`,
      'maxLife',
    ]);
  });

  it('shows hold, raised hands, scheduled messages and the list entry', () => {
    const pull = { routingMode: 'PULL', queueId: null, listId: 'list' } as const;
    const story = new Story(someSettings(pull));
    story.customerWrites();
    story.findAgent();
    expect(toConversation(story.state, home).listEntry).toEqual({
      listId: 'list',
      state: 'UNREAD',
      waitingSince: story.now,
    });
    expect(toSummary(story.state).waitingSince).toBe(story.now);
    story.joins('a1');
    story.request('raiseHand', { actor: agent('a1'), raised: true });
    story.holds('a1', 60);
    const view = toConversation(story.state, home);
    expect(view.hold).toEqual({ by: 'a1', since: story.now, dueAt: story.state.deadlines['hold'] });
    expect(view.raisedHands).toEqual(['a1']);
    expect(view.listEntry?.state).toBe('ACTIVE');
  });

  it('stays readable after the end', () => {
    const view = toConversation(anActiveStory().closes().state, home);
    expect(view.state).toBe('ACTIVE');
    const story = anActiveStory();
    story.forceClose();
    story.closes();
    expect(toConversation(story.state, home)).toMatchObject({
      state: 'CLOSED',
      closedAt: story.now,
      closeReason: 'FORCE_CLOSED',
      disposition: 'AGENT_HANDLED',
      timers: [],
    });
  });
});

describe('toSummary', () => {
  it('says who is there and who waits', () => {
    const story = aCreatedStory();
    story.startSession({}, whatsAppSettings());
    story.findAgent();
    expect(toSummary(story.state)).toEqual({
      id: 'cnv_1',
      customerId: 'cus_1',
      customerName: 'Ana',
      state: 'CREATED',
      createdAt: story.now,
      closedAt: null,
      direction: 'INBOUND',
      disposition: null,
      lastSeq: story.state.lastSeq,
      messageCount: 1,
      channelTypes: ['WEB', 'WHATSAPP'],
      channelIds: ['web', 'wa'],
      agentIds: [],
      queueId: 'support',
      waitingSince: story.now,
      lastCustomerMessageAt: story.now,
    });
    story.accepts('a1');
    expect(toSummary(story.state)).toMatchObject({
      agentIds: ['a1'],
      waitingSince: null,
      queueId: 'support',
    });
  });
});
