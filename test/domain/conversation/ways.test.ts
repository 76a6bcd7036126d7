import type { AgentTask } from '../../../domain/conversation/agent-task';
import {
  aCreatedStory,
  agent,
  anActiveStory,
  joining,
  Story,
  someSettings,
  text,
} from '../../support/conversations';

const QUEUE = { queueId: 'billing' };
const NAMED = { agentId: 'a2' };
const last = (story: Story): AgentTask => story.task(story.state.tasks.length);

/** Rows of domain.md 6.1: what a way to a human makes of the newest task. */
describe('ways to a human (domain.md 6.1)', () => {
  it.each<[string, () => Story, string, string, string, string, number | null]>([
    [
      'bot, controller or channel asks',
      () => {
        const story = aCreatedStory();
        story.findAgent({ priority: 4 });
        return story;
      },
      ...(['INBOUND', 'QUEUE', 'PUSH', 'QUEUED', 4] as const),
    ],
    [
      'named agent asked for',
      () => {
        const story = aCreatedStory();
        story.findAgent(NAMED);
        return story;
      },
      ...(['INBOUND', 'AGENT', 'PUSH', 'RESERVED', 1] as const),
    ],
    [
      'agent joins directly',
      () => {
        const story = aCreatedStory();
        story.joins('a1');
        return story;
      },
      ...(['INBOUND', 'AGENT', 'PULL', 'ACTIVE', null] as const),
    ],
    ...(
      [
        ['transfer to a queue', 'transfer', QUEUE, 'DIRECT_TRANSFER', 'QUEUE', 'QUEUED'],
        ['transfer to an agent', 'transfer', NAMED, 'DIRECT_TRANSFER', 'AGENT', 'RESERVED'],
        ['conference with a queue', 'conference', QUEUE, 'DIRECT_CONFERENCE', 'QUEUE', 'QUEUED'],
        ['conference with an agent', 'conference', NAMED, 'DIRECT_CONFERENCE', 'AGENT', 'RESERVED'],
        ['consult a queue', 'consult', QUEUE, 'CONSULT', 'QUEUE', 'QUEUED'],
        ['consult an agent', 'consult', NAMED, 'CONSULT', 'AGENT', 'RESERVED'],
      ] as const
    ).map(
      ([name, type, to, direction, mode, media]) =>
        [
          name,
          () => {
            const story = anActiveStory();
            const kind = type === 'transfer' ? 'WARM' : null;
            story.request(type, { actor: agent('a1'), to, kind, note: null });
            return story;
          },
          direction,
          mode,
          'PUSH',
          media,
          10,
        ] as [string, () => Story, string, string, string, string, number],
    ),
    [
      'consulted agent takes over',
      () => {
        const story = anActiveStory();
        story.consults('a1', QUEUE);
        story.accepts('a2');
        story.transfers('a1', NAMED);
        return story;
      },
      ...(['CONSULT_TRANSFER', 'QUEUE', 'PUSH', 'ACTIVE', 10] as const),
    ],
    [
      'consulted agent stays beside',
      () => {
        const story = anActiveStory();
        story.consults('a1', QUEUE);
        story.accepts('a2');
        story.request('changeRole', { actor: agent('a1'), agentId: 'a2', role: 'PRIMARY' });
        return story;
      },
      ...(['CONSULT_CONFERENCE', 'QUEUE', 'PUSH', 'ACTIVE', 10] as const),
    ],
    [
      'supervisor barges in',
      () => {
        const story = anActiveStory();
        story.joins('sup', 'PRIMARY', true);
        return story;
      },
      ...(['DIRECT_CONFERENCE', 'AGENT', 'PULL', 'ACTIVE', null] as const),
    ],
    [
      'agent starts outbound',
      () => {
        const story = new Story();
        story.apply({
          type: 'startOutbound',
          settings: story.settings,
          start: {
            actor: agent('a1'),
            channelId: 'web',
            customerIdentifier: 'visitor',
            messageId: 'msg_out',
            body: text('Good morning'),
            agent: joining('a1'),
          },
        });
        return story;
      },
      ...(['OUTBOUND', 'AGENT', 'PULL', 'ACTIVE', null] as const),
    ],
  ])('%s', (_path, way, direction, mode, routingMode, mediaState, priority) => {
    const story = way();
    expect(last(story)).toMatchObject({ direction, mode, routingMode, mediaState });
    if (priority !== null) expect(last(story).priority).toBe(priority);
    const bargesIn = direction === 'DIRECT_CONFERENCE' && routingMode === 'PULL';
    expect(last(story).countsForCapacity).toBe(!bargesIn);
  });
});

describe('time to live (domain.md 6.2)', () => {
  const slow = { agentSlaSeconds: null, reservationSeconds: 600, mrdId: 'chat' };

  it('is always greater than an offer of the queue rings, whatever the channel says', () => {
    const story = aCreatedStory();
    story.findAgent({ queueId: 'slow' }, { queue: slow });
    expect(story.left(`agentRequestTtl:${story.waiting?.id}`)).toBe(601);
    const other = anActiveStory();
    other.request('transfer', {
      actor: agent('a1'),
      to: { queueId: 'slow' },
      kind: 'COLD',
      note: null,
      queue: slow,
    });
    expect(other.left(`agentRequestTtl:${other.waiting?.id}`)).toBe(601);
  });
});

describe('an agent whom another MRD takes (domain.md 6.8)', () => {
  const taken = { type: 'INTERRUPTED', agentId: 'a1', mrdId: 'voice' } as const;

  it('REQUEUE: removed MRD_INTERRUPTED, task CLOSED REROUTE, priority 11', () => {
    const story = anActiveStory();
    story.routing({ ...taken, reaction: 'REQUEUE' });
    expect(story.types()).toContain('AGENT_MRD_INTERRUPTED');
    expect(story.task(1)).toMatchObject({ state: 'CLOSED', closeReason: 'REROUTE' });
    expect(story.waiting).toMatchObject({ priority: 11, queueId: 'support' });
  });

  it.each([
    ['is free', (story: Story) => story.routing({ type: 'FREE', agentId: 'a1' })],
    ['writes', (story: Story) => story.agentSays('a1')],
  ])('HOLD: ON_HOLD until the agent %s', (_how, act) => {
    const story = anActiveStory();
    story.routing({ ...taken, reaction: 'HOLD' });
    expect(story.state.state).toBe('ON_HOLD');
    act(story);
    expect(story.state.state).toBe('ACTIVE');
  });

  it('a hold of their own act does not end when they are free', () => {
    const story = anActiveStory(someSettings());
    story.holds('a1', 300);
    story.routing({ ...taken, reaction: 'HOLD' });
    story.routing({ type: 'FREE', agentId: 'a1' });
    expect(story.state.state).toBe('ON_HOLD');
    expect(story.left('hold')).toBe(300);
  });
});
