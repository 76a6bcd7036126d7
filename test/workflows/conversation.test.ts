import { ApplicationFailure } from '@temporalio/common';
import { SIGNAL_SHAPES } from '../../workflows/conversation/shapes';
import { useBotChat } from '../support/bot-chat';

const chats = useBotChat();

describe('conversationWorkflow', () => {
  it('opens with the first message and numbers its entries without a gap', async () => {
    const chat = await chats.start('echo');
    await chat.says('hi');
    const timeline = await chat.timeline();
    expect(timeline.slice(0, 4).map(({ type }) => type)).toEqual([
      'CONVERSATION_STARTED',
      'CHANNEL_SESSION_STARTED',
      'CUSTOMER_MESSAGE',
      'BOT_SUBSCRIBED',
    ]);
    expect(timeline.map(({ seq }) => seq)).toEqual(timeline.map((_, index) => index + 1));
    expect(await chat.botSaid()).toEqual(['You said: hi']);
  });

  it('takes a repeated message once', async () => {
    const chat = await chats.start(null);
    const repeat = await chat.saysRepeatably('once');
    for (let n = 0; n < 5; n += 1) await repeat();
    expect((await chat.timeline()).filter(({ type }) => type === 'CUSTOMER_MESSAGE')).toHaveLength(
      1,
    );
  });

  it('closes after the silence that the channel allows, sealed', async () => {
    const chat = await chats.start(null);
    await chat.says('hello?');
    await chat.passes('599 seconds');
    expect(await chat.state()).toBe('CREATED');
    await chat.passes('2 hours');
    expect(await chat.state()).toBe('CLOSED');
    const seal = (await chat.timeline()).at(-1);
    expect(seal).toMatchObject({
      type: 'TOPIC_STATE_CHANGED',
      data: { from: 'CLOSING', to: 'CLOSED' },
    });
    expect(seal?.data?.['count']).toBe((seal?.seq ?? 0) - 1);
  });

  it('is sealed a minute later when a lost attempt wrote last', async () => {
    const chat = await chats.start(null);
    await chat.says('hello?');
    const stale = ApplicationFailure.nonRetryable('StaleArchiveWrite: a:1', 'StaleArchiveWrite');
    const verify = jest.spyOn(chats.archive, 'verifyArchive').mockRejectedValueOnce(stale);
    await chat.passes('3 hours');
    expect(await chat.state()).toBe('CLOSED');
    expect((await chat.timeline()).at(-1)).toMatchObject({ data: { archive: 'VERIFIED' } });
    expect(verify).toHaveBeenCalledTimes(2);
    verify.mockRestore();
  });

  it('begins the next conversation with a message that comes after the end', async () => {
    const chat = await chats.start(null);
    await chat.says('first');
    const first = await chat.conversation();
    await chat.forceCloses();
    await chat.says('second');
    const second = await chat.conversation();
    expect(second?.id).not.toBe(first?.id);
    expect((await chat.timeline()).filter(({ type }) => type === 'CUSTOMER_MESSAGE')).toHaveLength(
      1,
    );
  });

  it('goes on while the archive is down, and archives everything once it is back', async () => {
    const chat = await chats.start('echo');
    await chat.says('one');
    chats.archive.down = true;
    await chat.says('two');
    await chat.says('three');
    expect((await chat.conversation())?.messageCount).toBe(6);
    expect((await chat.timeline()).filter(({ type }) => type === 'CUSTOMER_MESSAGE')).toHaveLength(
      1,
    );
    chats.archive.down = false;
    await chat.passes('1 minute');
    const timeline = await chat.timeline();
    expect(timeline.map(({ seq }) => seq)).toEqual(timeline.map((_, index) => index + 1));
    expect(timeline.filter(({ type }) => type === 'CUSTOMER_MESSAGE')).toHaveLength(3);
  });

  it('passes over signals that cannot be read, refuses such updates, and goes on', async () => {
    const chat = await chats.start('echo');
    await chat.says('one');
    const { id: conversationId, lastSeq } = (await chat.conversation()) ?? {};
    const actor = { type: 'OPERATOR', id: 'ops' };
    const from = { channelId: 'web', customerIdentifier: 'x', eventKey: 'k' };
    const task = { conversationId, taskId: 'tsk_1' };
    for (const name of Object.keys(SIGNAL_SHAPES))
      for (const payload of [undefined, null, {}, [], 'text', 7, { conversationId }, from])
        await chat.handle().signal(name, payload);
    for (const change of [null, {}, { type: 'RESERVED', agentId: 'ana' }, { type: 'constructor' }])
      await chat.handle().signal('taskChanged', { ...task, change });
    await chat
      .handle()
      .signal('agentJoined', { conversationId, actor, agent: {}, role: 'PRIMARY' });
    await chat.handle().signal('customerMessage', { ...from, messageId: 'msg_1', body: 'hello' });
    for (const [name, request] of [
      ['hold', null],
      ['hold', { conversationId, actor, seconds: 'long' }],
      ['transfer', { conversationId, actor, to: 'support' }],
      ['wrapUp', { conversationId, actor }],
      ['raiseHand', { conversationId }],
      ['mergeInto', {}],
    ] as const)
      await expect(chat.handle().executeUpdate(name, { args: [request] })).rejects.toMatchObject({
        cause: { type: 'VALIDATION_FAILED' },
      });
    expect((await chat.conversation())?.lastSeq).toBe(lastSeq);
    await chat.says('two');
    expect(await chat.botSaid()).toEqual(['You said: one', 'You said: two']);
  });

  it('shows its deadlines by name', async () => {
    const chat = await chats.start(null);
    await chat.says('hello');
    const timers = await chat.handle().query('getTimers');
    expect(JSON.stringify(timers)).toContain('maxLife');
  });
});
