import type { LeaveReason } from '../../../domain/conversation/model';
import {
  agent,
  anActiveStory,
  Story,
  someNotices,
  someSettings,
  whatsAppSettings,
} from '../../support/conversations';

const wrapUp = { wrapUp: { enabled: true, seconds: 60, formId: null } };
const pull = { routingMode: 'PULL', queueId: null, listId: 'list' } as const;

/** An active conversation of a pull list. */
function aPulledStory(change: Parameters<typeof someSettings>[0] = {}): Story {
  const story = new Story(someSettings({ ...pull, ...change }));
  story.customerWrites();
  story.findAgent();
  story.joins('a1');
  return story;
}

describe('when an agent leaves (domain.md 4.4, 6.14)', () => {
  it.each([
    ['SELF', 'WRAP_UP', null, null],
    ['REMOVED', 'WRAP_UP', null, null],
    ['LOGOUT', 'CLOSED', 'AGENT_LOGOUT', 'SELF'],
    ['FORCE_LOGOUT', 'CLOSED', 'AGENT_LOGOUT', 'FORCED'],
    ['PRESENCE_LOST', 'CLOSED', 'AGENT_LOGOUT', 'PRESENCE_LOST'],
    ['RESPONSE_TIMEOUT', 'CLOSED', 'RESPONSE_TIMEOUT', 'SLA'],
    ['IDLE', 'CLOSED', 'RESPONSE_TIMEOUT', 'IDLE'],
    ['MRD_INTERRUPTED', 'CLOSED', 'REROUTE', null],
  ] as const)('%s: the task with wrap-up on', (reason, state, closeReason, closeDetail) => {
    const story = anActiveStory(someSettings(wrapUp));
    story.leaves('a1', reason);
    expect(story.task(1)).toMatchObject({ state, closeReason, closeDetail });
    expect(story.role('a1')).toBe(state === 'WRAP_UP' ? 'WRAP_UP' : null);
  });

  it('1: PRIMARY agents remain, nothing else changes', () => {
    const story = anActiveStory();
    story.joins('a2');
    story.joins('a3', 'ASSISTANT');
    story.leaves('a1');
    expect(story.state.state).toBe('ACTIVE');
    expect(story.role('a3')).toBe('ASSISTANT');
    expect(story.epoch).toBe(2);
    expect(story.controllerEvents()).not.toContain('AGENT_UNSUBSCRIBED');
  });

  it('ASSISTANTs leave with the last PRIMARY, the hold ends', () => {
    const story = anActiveStory();
    story.joins('a2', 'ASSISTANT');
    story.holds('a1');
    story.leaves('a1');
    expect(story.state.participants.find(({ id }) => id === 'a2')).toMatchObject({
      leaveReason: 'PRIMARY_LEFT',
    });
    expect(story.task(2)).toMatchObject({ state: 'CLOSED', closeReason: 'DONE' });
    expect(story.entriesOf('CONVERSATION_RESUMED').at(-1)?.data).toMatchObject({
      cause: 'AGENT_LEFT',
    });
    expect(story.controllerEvents()).not.toContain('CONVERSATION_RESUMED');
  });

  it.each(['consult', 'conference'] as const)('2: an open %s is cancelled', (operation) => {
    const story = anActiveStory();
    if (operation === 'consult') story.consults('a1', { queueId: 'billing' });
    else story.confers('a1', { queueId: 'billing' });
    story.leaves('a1');
    expect(story.task(2)).toMatchObject({ closeReason: 'CANCELLED' });
    expect(story.entriesOf('TRANSFER_FAILED')).toHaveLength(1);
    expect([story.state.state, story.cSLA()]).toEqual(['INACTIVE', true]);
    expect(story.controllerEvents().at(-1)).toBe('AGENT_UNSUBSCRIBED');
  });

  it('3: with the customer gone nothing is handed back', () => {
    const story = anActiveStory();
    story.endSession();
    story.leaves('a1', 'LOGOUT');
    expect(story.state.tasks).toHaveLength(1);
    expect(story.state.state).toBe('CLOSING');
  });

  it('4: control goes to the default party', () => {
    const story = anActiveStory();
    story.leaves('a1');
    expect(story.state.control).toMatchObject({ holder: 'greeter', epoch: 3 });
  });

  it('5: an open transfer is waited for, no survey and no timer', () => {
    const story = anActiveStory();
    story.agentSays('a1');
    story.transfers('a1', { queueId: 'billing' }, 'WARM');
    story.leaves('a1', 'LOGOUT');
    expect(story.waiting).toMatchObject({ operation: { kind: 'COLD' } });
    expect(story.state.tasks).toHaveLength(2);
    expect([story.cSLA(), story.state.state]).toEqual([false, 'INACTIVE']);
    expect(story.controllerEvents()).not.toContain('AGENT_UNSUBSCRIBED');
  });

  describe('6: requeue', () => {
    const REQUEUES: readonly LeaveReason[] = [
      'LOGOUT',
      'FORCE_LOGOUT',
      'PRESENCE_LOST',
      'RESPONSE_TIMEOUT',
      'MRD_INTERRUPTED',
      'IDLE',
    ];
    it.each(REQUEUES)(
      '%s with an answer owed: the same queue, 11, age kept, fresh TTL',
      (reason) => {
        const story = anActiveStory();
        const { waitingSince, id } = story.task(1);
        story.wait(50).leaves('a1', reason);
        expect(story.waiting).toMatchObject({
          direction: 'INBOUND',
          mode: 'QUEUE',
          queueId: 'support',
          priority: 11,
          waitingSince,
          previousTaskId: id,
          queuedAt: story.now,
        });
        const last = reason === 'RESPONSE_TIMEOUT' || reason === 'IDLE' ? ['a1'] : undefined;
        expect(story.waiting?.avoidAgentIds).toEqual(last); // domain.md 6.6: RONA, decline, SLA, idle
        expect(story.left(`agentRequestTtl:${story.waiting?.id}`)).toBe(300);
        expect([story.aSLA, story.cSLA()]).toEqual([false, false]);
        expect(story.controllerEvents()).not.toContain('AGENT_UNSUBSCRIBED');
      },
    );

    it('IDLE with nothing owed goes on to the survey', () => {
      const story = anActiveStory();
      story.agentSays('a1');
      story.leaves('a1', 'IDLE');
      expect(story.waiting).toBeUndefined();
      expect(story.controllerEvents().at(-1)).toBe('AGENT_UNSUBSCRIBED');
    });

    it("the channel's queue where the task had none", () => {
      const story = new Story();
      story.customerWrites();
      story.joins('a1');
      story.leaves('a1', 'LOGOUT');
      expect(story.waiting).toMatchObject({ queueId: 'support', priority: 11 });
    });

    it('without any queue: the default party', () => {
      const story = new Story(someSettings({ queueId: null, queue: null }));
      story.customerWrites();
      story.joins('a1');
      story.leaves('a1', 'LOGOUT');
      expect(story.waiting).toBeUndefined();
      expect([story.state.control.holder, story.cSLA()]).toEqual(['greeter', true]);
    });

    it('PULL: the entry turns INACTIVE and counts while an answer is owed', () => {
      const story = aPulledStory();
      expect(story.state.listEntry).toMatchObject({ listId: 'list', state: 'ACTIVE' });
      story.wait(50).leaves('a1', 'LOGOUT');
      expect(story.state.listEntry).toMatchObject({ state: 'INACTIVE' });
      expect(story.left('listRequestTtl:list')).toBe(86_400);
      expect([story.state.tasks.length, story.cSLA()]).toEqual([1, false]);
    });

    it('PULL with nothing owed: customer inactivity runs', () => {
      const story = aPulledStory();
      story.agentSays('a1');
      story.leaves('a1', 'LOGOUT');
      expect([story.runs('listRequestTtl:list'), story.cSLA()]).toEqual([false, true]);
    });

    it('all of several removed agents are avoided', () => {
      const story = anActiveStory();
      story.joins('a2');
      story.act({ type: 'REMOVE_ALL_AGENTS', reason: 'RESPONSE_TIMEOUT' });
      expect(story.waiting).toMatchObject({ queueId: 'support', avoidAgentIds: ['a1', 'a2'] });
    });
  });

  it('7: CLOSE_SESSIONS ends all sessions with AGENT', () => {
    const story = anActiveStory(
      someSettings({
        onLastAgentLeave: 'CLOSE_SESSIONS',
        notices: someNotices({ sessionEnded: 'Goodbye' }),
      }),
    );
    story.startSession({}, whatsAppSettings());
    story.leaves('a1');
    expect(story.state.sessions.map(({ endReason }) => endReason)).toEqual(['AGENT', 'AGENT']);
    expect(story.state.state).toBe('CLOSING');
    expect(
      story.entriesOf('SYSTEM_MESSAGE').map(({ channelSessionId }) => channelSessionId),
    ).toEqual([story.session('web').id]);
  });

  it('8: RETURN_TO_BOT starts customer inactivity on all sessions and tells the controller', () => {
    const story = anActiveStory();
    story.startSession({}, whatsAppSettings());
    story.customerWrites();
    story.leaves('a1');
    expect([story.cSLA('web'), story.cSLA('wa')]).toEqual([true, true]);
    expect(story.effects.at(-1)).toEqual({
      type: 'controller',
      event: { type: 'AGENT_UNSUBSCRIBED', agentId: 'a1', reason: 'SELF' },
    });
  });

  it.each([
    ['the ASSISTANT only', 'a2', ['PRIMARY', null]],
    ['PRIMARY with a consulted agent: both', 'a1', [null, null]],
  ])('forced logout, %s', (_what, who, roles) => {
    const story = anActiveStory();
    story.joins('a2', 'ASSISTANT');
    story.leaves(who, 'FORCE_LOGOUT');
    expect([story.role('a1'), story.role('a2')]).toEqual(roles);
    expect(story.waiting?.priority).toBe(who === 'a1' ? 11 : undefined);
  });

  it('forced logout of the sole agent: observers stay', () => {
    const story = anActiveStory();
    story.joins('sup', 'OBSERVER', true);
    story.leaves('a1', 'FORCE_LOGOUT');
    expect([story.role('a1'), story.role('sup')]).toEqual([null, 'OBSERVER']);
    expect(story.waiting).toMatchObject({ queueId: 'support', priority: 11 });
  });

  it.each([
    ['a1', 'sup'],
    ['sup', 'a1'],
  ])(
    'forced logout of %s, one of several PRIMARY, a barged-in supervisor among them',
    (who, stays) => {
      const story = anActiveStory();
      story.joins('sup', 'PRIMARY', true);
      story.leaves(who, 'FORCE_LOGOUT');
      expect([story.role(who), story.role(stays)]).toEqual([null, 'PRIMARY']);
      expect(story.state.state).toBe('ACTIVE');
      expect(story.waiting).toBeUndefined();
    },
  );

  it('forced logout in wrap-up: task DONE, wrap-up skipped', () => {
    const story = anActiveStory(someSettings(wrapUp));
    story.leaves('a1');
    story.leaves('a1', 'FORCE_LOGOUT');
    expect(story.task(1)).toMatchObject({ state: 'CLOSED', closeReason: 'DONE' });
    expect(story.waiting).toBeUndefined();
    expect(story.role('a1')).toBeNull();
  });

  it.each([
    ['the agent', agent('a1'), undefined],
    ['another agent', agent('a2'), 'FORBIDDEN'],
    ['a supervisor', agent('sup', true), undefined],
  ])('%s may make an agent leave', (_who, actor, code) => {
    const story = anActiveStory();
    const left = story.request('leave', { actor, agentId: 'a1', reason: 'REMOVED' });
    expect(left.refused?.code).toBe(code);
    expect(story.request('leave', { actor, agentId: 'a9', reason: 'SELF' }).refused?.code).toBe(
      'NOT_FOUND',
    );
  });
});
