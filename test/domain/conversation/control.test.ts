import type { Actor } from '../../../domain/conversation/actor';
import {
  aCreatedStory,
  agent,
  anActiveStory,
  bot,
  type Story,
  someSettings,
  whatsAppSettings,
} from '../../support/conversations';

function hands(
  story: Story,
  actor: Actor,
  action: 'PASS' | 'OFFER' | 'ACCEPT' | 'RELEASE',
  to: string | null = null,
) {
  return story.request('control', { actor, action, to });
}
function holder(story: Story): [string, number] {
  return [story.state.control.holder, story.epoch];
}

describe('control (domain.md 4.3)', () => {
  it('starts with the channel bot at epoch 1, without an entry', () => {
    const story = aCreatedStory();
    expect(holder(story)).toEqual(['greeter', 1]);
    expect(story.entriesOf('CONTROL_CHANGED')).toEqual([]);
  });

  it('goes to AGENTS when the first becomes PRIMARY, and to the default bot when the last leaves', () => {
    const story = anActiveStory();
    expect(holder(story)).toEqual(['AGENTS', 2]);
    expect(story.role('greeter')).toBe('ASSISTANT');
    story.joins('a2');
    expect(holder(story)).toEqual(['AGENTS', 2]);
    story.leaves('a1');
    expect(holder(story)).toEqual(['AGENTS', 2]);
    story.leaves('a2');
    expect(holder(story)).toEqual(['greeter', 3]);
    expect(story.role('greeter')).toBe('PRIMARY');
    expect(story.entriesOf('CONTROL_CHANGED').map(({ data }) => data)).toEqual([
      { from: 'greeter', to: 'AGENTS', epoch: 2, reason: 'AGENT_JOINED' },
      { from: 'AGENTS', to: 'greeter', epoch: 3, reason: 'AGENT_LEFT' },
    ]);
  });

  it('the default bot is that of the latest session; it joins when it gets control', () => {
    const story = anActiveStory();
    story.startSession({}, whatsAppSettings({ bot: { id: 'wa-bot', kind: 'HOOK' } }));
    story.leaves('a1');
    expect(holder(story)).toEqual(['wa-bot', 3]);
    expect([story.role('wa-bot'), story.role('greeter')]).toEqual(['PRIMARY', 'ASSISTANT']);
  });

  it('without any bot the controller has it', () => {
    const story = anActiveStory(someSettings({ bot: null }));
    expect(holder(story)).toEqual(['AGENTS', 2]);
    story.leaves('a1');
    expect(holder(story)).toEqual(['CONTROLLER', 3]);
  });

  it('does not move while no session is there', () => {
    const story = anActiveStory();
    story.joins('a2');
    story.endSession();
    story.leaves('a1');
    expect(holder(story)).toEqual(['AGENTS', 2]);
    expect(hands(story, agent('a2'), 'PASS', 'greeter').refused?.code).toBe('ILLEGAL_STATE');
  });

  describe('PASS', () => {
    it('by the holder: at once, the target PRIMARY, the others ASSISTANT', () => {
      const story = aCreatedStory();
      const passed = hands(story, bot(), 'PASS', 'helper');
      expect(passed.result?.epoch).toBe(2);
      expect(holder(story)).toEqual(['helper', 2]);
      expect([story.role('helper'), story.role('greeter')]).toEqual(['PRIMARY', 'ASSISTANT']);
      expect(story.types()).toContain('BOT_SUBSCRIBED');
    });

    it('by a PRIMARY agent, who may still write', () => {
      const story = anActiveStory();
      hands(story, agent('a1'), 'PASS', 'greeter');
      expect(holder(story)).toEqual(['greeter', 3]);
      expect(story.state.state).toBe('ACTIVE');
      expect(story.agentSays('a1').refused).toBeUndefined();
      expect(story.botSays().refused).toBeUndefined();
      hands(story, agent('a1'), 'PASS', 'AGENTS');
      expect(holder(story)).toEqual(['AGENTS', 4]);
      story.leaves('a1');
      expect(holder(story)).toEqual(['greeter', 5]);
    });

    it('to the present holder: no change, same epoch', () => {
      const story = aCreatedStory();
      const { state } = story;
      expect(hands(story, bot(), 'PASS', 'greeter').result).toEqual({ epoch: 1 });
      expect(story.state).toEqual(state);
    });

    it.each([
      ['to AGENTS when none is here', bot(), 'AGENTS', 'ILLEGAL_STATE'],
      ['by a stranger', bot('stranger'), 'stranger', 'FORBIDDEN'],
      ['to the controller', bot(), 'CONTROLLER', 'VALIDATION_FAILED'],
      ['to nobody', bot(), null, 'VALIDATION_FAILED'],
      ['by an agent who is not PRIMARY', agent('a1'), 'helper', 'FORBIDDEN'],
    ])('refused %s', (_what, actor, to, code) => {
      const story = aCreatedStory();
      expect(hands(story, actor, 'PASS', to).refused?.code).toBe(code);
      expect(holder(story)).toEqual(['greeter', 1]);
    });

    it('refused by a bot beside the holder', () => {
      const story = aCreatedStory();
      story.act({ type: 'ASSIGN_BOT', botId: 'helper' });
      expect(hands(story, bot('helper'), 'PASS', 'helper').refused?.code).toBe('FORBIDDEN');
    });
  });

  describe('OFFER and ACCEPT', () => {
    it('the holder keeps control until the offer is accepted', () => {
      const story = aCreatedStory();
      hands(story, bot(), 'OFFER', 'helper');
      expect(holder(story)).toEqual(['greeter', 1]);
      expect(story.state.control.offeredTo).toBe('helper');
      expect(story.left('controlOffer')).toBe(60);
      hands(story, bot('helper'), 'ACCEPT');
      expect(holder(story)).toEqual(['helper', 2]);
      expect(story.state.control.offeredTo).toBeNull();
      expect(story.runs('controlOffer')).toBe(false);
    });

    it('lapses after 60 s', () => {
      const story = aCreatedStory();
      hands(story, bot(), 'OFFER', 'helper');
      const { lastSeq } = story.state;
      story.wait(60);
      expect(story.state.control).toEqual({ holder: 'greeter', epoch: 1, offeredTo: null });
      expect(story.state.lastSeq).toBe(lastSeq);
      expect(hands(story, bot('helper'), 'ACCEPT').refused?.code).toBe('FORBIDDEN');
    });

    it('the same offer changes nothing, another target replaces', () => {
      const story = aCreatedStory();
      hands(story, bot(), 'OFFER', 'helper');
      story.wait(30);
      const { state } = story;
      hands(story, bot(), 'OFFER', 'helper');
      expect(story.state).toEqual(state);
      hands(story, bot(), 'OFFER', 'other');
      expect(story.state.control.offeredTo).toBe('other');
      expect(story.left('controlOffer')).toBe(60);
      expect(story.entriesOf('CONTROL_OFFERED')).toHaveLength(2);
    });

    it('ACCEPT by the holder changes nothing, by anybody else it is FORBIDDEN', () => {
      const story = aCreatedStory();
      hands(story, bot(), 'OFFER', 'helper');
      const { state } = story;
      expect(hands(story, bot(), 'ACCEPT').refused).toBeUndefined();
      expect(story.state).toEqual(state);
      expect(hands(story, bot('stranger'), 'ACCEPT').refused?.code).toBe('FORBIDDEN');
    });

    it('any change of control clears the offer', () => {
      const story = aCreatedStory();
      hands(story, bot(), 'OFFER', 'helper');
      story.joins('a1');
      expect(story.state.control).toEqual({ holder: 'AGENTS', epoch: 2, offeredTo: null });
      expect(story.runs('controlOffer')).toBe(false);
    });

    it('agents accept as one party', () => {
      const story = anActiveStory();
      hands(story, agent('a1'), 'PASS', 'greeter');
      hands(story, bot(), 'OFFER', 'AGENTS');
      story.joins('a2');
      hands(story, agent('a2'), 'ACCEPT');
      expect(holder(story)).toEqual(['AGENTS', 4]);
    });
  });

  it.each([
    ['the holder', bot('helper'), ['greeter', 3]],
    ['a non-holder', bot('greeter'), ['helper', 2]],
  ])('RELEASE by %s', (_who, actor, after) => {
    const story = aCreatedStory();
    hands(story, bot(), 'PASS', 'helper');
    expect(hands(story, actor, 'RELEASE').refused).toBeUndefined();
    expect(holder(story)).toEqual(after);
  });

  it('a bot that is gone leaves, and control falls to the default party', () => {
    const story = aCreatedStory();
    hands(story, bot(), 'PASS', 'helper');
    story.apply({ type: 'botGone', botId: 'helper' });
    expect(holder(story)).toEqual(['greeter', 3]);
    expect(story.role('helper')).toBeNull();
    expect(story.entriesOf('CONTROL_CHANGED').at(-1)?.data).toMatchObject({ reason: 'BOT_GONE' });
    story.apply({ type: 'botGone', botId: 'greeter' });
    expect(holder(story)).toEqual(['CONTROLLER', 4]);
    story.joins('a1');
    story.leaves('a1');
    expect(holder(story)).toEqual(['CONTROLLER', 6]);
  });

  it('with control go the question of the dialogue and the calls of other bots', () => {
    const story = aCreatedStory();
    story.apply({ type: 'askOpened', sessionId: story.session().id, questionSeq: 4 });
    story.apply({ type: 'botWait', botId: 'greeter', seconds: 10 });
    expect(story.runs('botResponse:greeter')).toBe(true);
    story.joins('a1');
    expect(story.state.ask).toBeNull();
    expect(story.runs('botResponse:greeter')).toBe(false);
    const asked = story.apply({ type: 'askOpened', sessionId: story.session().id, questionSeq: 9 });
    expect(asked.refused?.code).toBe('ILLEGAL_STATE');
  });

  it('actions of an older epoch have no effect', () => {
    const story = anActiveStory();
    for (const action of [
      { type: 'END_CONVERSATION' },
      { type: 'REMOVE_CHANNEL_SESSION', selector: 'all' },
      { type: 'UPDATE_CONVERSATION_DATA', set: { a: 1 } },
    ] as const)
      expect(story.act(action, { botId: 'greeter', epoch: 1 })).toMatchObject({
        refused: { code: 'ILLEGAL_STATE' },
        entries: [],
      });
  });
});
