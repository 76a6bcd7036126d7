import path from 'node:path';
import { developmentServer, useChats } from '../support/bot-chat';
import { useTemporal } from '../support/servers';

const chats = useChats(developmentServer(useTemporal()), {
  botsFile: path.resolve('test/support/bots/odd.ts'),
});

describe('a real server', () => {
  it('M19 (one-open): 100 concurrent first messages make one conversation with 100 entries, re-sent still 100', async () => {
    const chat = await chats.start(null);
    const repeats = await Promise.all(
      Array.from({ length: 100 }, (_, n) => chat.saysRepeatably(`first ${n}`)),
    );
    const check = async () => {
      const timeline = await chat.timeline();
      expect(timeline.map(({ seq }) => seq)).toEqual(timeline.map((_, index) => index + 1));
      expect(timeline.filter(({ type }) => type === 'CONVERSATION_STARTED')).toHaveLength(1);
      expect(timeline.filter(({ type }) => type === 'CUSTOMER_MESSAGE')).toHaveLength(100);
    };
    await check();
    await Promise.all(repeats.map((repeat) => repeat()));
    await check();
  });

  it('K: 100 concurrent first messages over two channels make one conversation with two sessions', async () => {
    const web = await chats.start(null);
    const whatsApp = await chats.start(null, { channelType: 'WHATSAPP' }, web.customerId);
    const texts = Array.from({ length: 100 }, (_, n) => `first ${n}`);
    await Promise.all(texts.map((text, n) => (n % 2 === 0 ? web : whatsApp).posts(text)));
    await web.archived(100);
    const timeline = await web.timeline();
    const count = (type: string) => timeline.filter((entry) => entry.type === type).length;
    expect(web.everything()).toHaveLength(timeline.length);
    expect(count('CONVERSATION_STARTED')).toBe(1);
    expect(count('CHANNEL_SESSION_STARTED')).toBe(2);
    expect(count('CUSTOMER_MESSAGE')).toBe(100);
    expect(timeline.map(({ seq }) => seq)).toEqual(timeline.map((_, index) => index + 1));
  });

  it('last-message: each message sent while conversations close is in exactly one of them', async () => {
    const chat = await chats.start(null);
    const texts: string[] = [];
    for (let round = 0; round < 8; round += 1) {
      await chat.says(`round ${round}`);
      texts.push(`round ${round}`);
      const while_ = Array.from({ length: 6 }, (_, n) => `${round}-${n}`);
      texts.push(...while_);
      await Promise.all([chat.forceCloses(), ...while_.map((text) => chat.posts(text))]);
    }
    await chat.archived(texts.length);
    const said = chat
      .everything()
      .flatMap(({ type, body }) =>
        type === 'CUSTOMER_MESSAGE' && body && 'text' in body ? [body.text] : [],
      );
    expect([...said].sort()).toEqual([...texts].sort());
  });

  it('does not let the customer wait for an archive that is down while closing: trace R', async () => {
    const chat = await chats.start(null);
    await chat.says('one');
    const first = await chat.conversation();
    chats.archive.down = true;
    await chat.forceCloses();
    expect(await chat.state()).toBe('CLOSING');
    chats.archive.down = false; // the next conversation's first step needs it; the old housekeeping waits for its retry
    await chat.posts('two');
    await chat.archived(2);
    await chats.archive.sealed(first?.id ?? '');
    const sealed = chats.archive.of(first?.id ?? '').at(-1);
    expect(sealed).toMatchObject({ type: 'TOPIC_STATE_CHANGED', data: { to: 'CLOSED' } });
    expect(
      chats.archive
        .of(first?.id ?? '')
        .filter(({ body }) => body && 'text' in body && body.text === 'two'),
    ).toEqual([]);
  });

  it('a worker restart in the middle of an ask goes unnoticed', async () => {
    const chat = await chats.start('asks');
    await chat.says('hello');
    await chats.restartWorker();
    await chat.says('Ana');
    expect(await chat.botSaid()).toEqual(['What is your name?', 'Hello Ana!']);
  });
});
