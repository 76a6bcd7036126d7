import path from 'node:path';
import { useBotChat } from '../support/bot-chat';

const chats = useBotChat({
  botsFile: path.resolve('test/support/bots/odd.ts'),
  activities: {
    upperCase: async ({ text }: { text: string }) => text.toUpperCase(),
    // Tried again and again: virtual time stands still while an activity runs, and passes between two tries.
    never: () => Promise.reject(new Error('not yet')),
  },
});

describe('hooks', () => {
  it('that throw are recorded, and the controller takes its default decision', async () => {
    const chat = await chats.start('throws', { queueId: 'support' });
    await chat.says('hello');
    const types = (await chat.timeline()).map(({ type }) => type);
    expect(types).toContain('HOOK_FAILED');
    expect(types).toContain('AGENT_REQUESTED');
    expect(await chat.state()).toBe('CREATED');
  });

  it('wait for weeks in an ask and save the answer', async () => {
    const chat = await chats.start('asks', { maxLifeSeconds: 31_536_000 });
    await chat.says('hello');
    await chat.passes('20 days');
    await chat.says('Ana');
    expect(await chat.botSaid()).toEqual(['What is your name?', 'Hello Ana!']);
    expect(await chat.data()).toEqual({ name: 'Ana' });
  });

  it('correct an answer and give up after three', async () => {
    const chat = await chats.start('validates');
    await chat.says('hello');
    await chat.says('many');
    await chat.says('7');
    expect(await chat.botSaid()).toEqual(['How many?', 'A number, please.', '7 it is, after 2.']);
    await chat.says('again');
    for (const text of ['a', 'b', 'c']) await chat.says(text);
    expect((await chat.botSaid()).at(-1)).toBe('Never mind.');
  });

  it('lose control when an agent joins, however stubborn they are', async () => {
    const chat = await chats.start('stubborn');
    await chat.says('hello');
    await chat.agentJoins('agt_ana');
    await chat.says('still here');
    expect(await chat.botSaid()).toEqual(['Still there? 0']);
    const stale = (await chat.timeline()).filter(({ type }) => type === 'STALE_BOT_REPLY');
    expect(stale).toHaveLength(1);
    expect(stale[0]?.data).toMatchObject({ botId: 'stubborn', controlEpoch: 1, currentEpoch: 2 });
    expect(await chat.state()).toBe('ACTIVE');
  });

  it('may race their waits', async () => {
    const chat = await chats.start('races', { customerInactivityTimeoutSeconds: 86_400 });
    await chat.says('hello');
    await chat.passes('61 minutes');
    expect(await chat.botSaid()).toEqual(['Quick!', 'Won: slept']);
  });

  it("run the author's activities", async () => {
    const chat = await chats.start('calls');
    await chat.says('loud');
    await chat.passes('1 second');
    expect(await chat.botSaid()).toEqual(['LOUD']);
  });

  it("sleep through the agents' stay with until: completed", async () => {
    const chat = await chats.start('companion', {
      wrapUp: { enabled: false, seconds: 60, formId: null },
    });
    await chat.says('a human please');
    await chat.agentJoins('agt_ana');
    await chat.agentSays('agt_ana', 'here I am');
    expect(await chat.botSaid()).toEqual([]);
    await chat.agentLeaves('agt_ana');
    expect(await chat.botSaid()).toEqual(['The human: completed.']);
  });

  it('hear that nobody came in the dialogue that asked', async () => {
    const chat = await chats.start('companion');
    await chat.says('a human please');
    await chat.passes('121 seconds');
    expect(await chat.botSaid()).toEqual(['The human: timedOut.']);
  });

  it('are reminded', async () => {
    const chat = await chats.start('reminds');
    await chat.says('tea');
    await chat.passes('61 seconds');
    expect(await chat.botSaid()).toEqual(['Remember: {"about":"tea"}']);
  });

  it('that overrun fall to the default', async () => {
    const chat = await chats.start('slow-hook');
    await chat.says('hello');
    await chat.passes('11 minutes');
    const timeline = await chat.timeline();
    const failed = timeline.find(({ type }) => type === 'HOOK_FAILED');
    expect(failed?.data).toMatchObject({ error: expect.stringContaining('took longer than') });
    expect(timeline.map(({ type }) => type)).toContain('CHANNEL_SESSION_ENDED');
    expect(await chat.state()).toBe('CLOSED');
  });

  it('may say goodbye while the conversation closes', async () => {
    const chat = await chats.start('farewell');
    await chat.says('hello');
    await chat.forceCloses();
    expect(await chat.botSaid()).toEqual(['Goodbye.']);
    expect(await chat.state()).toBe('CLOSED');
  });
});
