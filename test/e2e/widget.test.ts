import { gzipSync } from 'node:zlib';
import { button, eventually, focused, useWidgetStage, write } from '../support/widget-stage';

/** Bytes of gzip: a guest on other people's pages stays small. */
const SIZE_MAX = 25_000;

const NELL = { type: 'BOT', id: 'greeter', name: 'Nell' };
const ANA = { type: 'AGENT', id: 'agt_ana', name: 'Ana' };
const MENU = {
  type: 'BUTTON',
  text: 'What can I do for you?',
  choices: [
    { id: 'hours', title: 'Opening hours' },
    { id: 'human', title: 'Talk to a person' },
  ],
};

const stage = useWidgetStage();

describe('the build', () => {
  it('is one small file that names no other server', () => {
    expect([...stage.files().keys()].filter((name) => name.endsWith('.js'))).toEqual(['widget.js']);
    const widget = stage.files().get('widget.js') ?? '';
    expect(gzipSync(widget).byteLength).toBeLessThanOrEqual(SIZE_MAX);
    const addresses = [...widget.matchAll(/https?:\/\/[\w.]+/g)].map(([address]) => address);
    expect(addresses.filter((address) => address !== 'http://www.w3.org')).toEqual([]);
  });
});

describe('a visit', () => {
  it('starts when the visitor opens the chat, not when the page loads', async () => {
    const page = await stage.visit();
    await button(page, 'Open chat').waitFor();
    await eventually(() => stage.server().requests.length > 0);
    expect(stage.server().requests.map(({ on }) => on)).toEqual(['GET /webchat/web/settings']);

    await button(page, 'Open chat').click();
    await page.getByRole('log').waitFor();
    await eventually(() =>
      stage.server().requests.some(({ on }) => on === 'POST /webchat/web/sessions'),
    );
  });

  it('shows a message at once, and once', async () => {
    const page = await stage.chat();
    await write(page, 'Hello');
    await page.getByText('Hello', { exact: true }).waitFor();
    await page.getByText('Sent', { exact: true }).waitFor();
    await eventually(() => stage.server().taken.size === 1);
    expect(await page.getByText('Hello', { exact: true }).count()).toBe(1);
  });

  it('sends again under the same id when the answer is lost', async () => {
    const page = await stage.chat();
    stage.server().faults.push({ on: 'POST /webchat/messages', status: 'lost' });
    await write(page, 'Are you there?');
    await page.getByText('Sent', { exact: true }).waitFor();
    const ids = stage
      .server()
      .requests.filter(({ on }) => on === 'POST /webchat/messages')
      .map(({ body }) => (body as { clientMessageId: string }).clientMessageId);
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(1);
    expect(await page.getByText('Are you there?', { exact: true }).count()).toBe(1);
  });

  it('says so when a message is refused, and lets the visitor drop it', async () => {
    const page = await stage.chat();
    stage.server().faults.push({ on: 'POST /webchat/messages', status: 400 });
    await write(page, 'Too much');
    await page.getByText('This could not be sent.').waitFor();
    await button(page, 'Discard').click();
    await page.getByText('Too much').waitFor({ state: 'detached' });
  });

  it('keeps what is written offline and sends it afterwards', async () => {
    const page = await stage.chat();
    await stage.context().setOffline(true);
    stage.server().cut();
    await page.getByText('You are offline.', { exact: false }).waitFor();
    await write(page, 'Written in a tunnel');
    await page.getByText('Sending…').waitFor();
    await stage.context().setOffline(false);
    await page.getByText('Sent', { exact: true }).waitFor();
    expect(stage.server().taken.size).toBe(1);
    // A line so short that the stream lives through it.
    await eventually(() => page.getByText('You are offline.', { exact: false }).isHidden());
    await stage.context().setOffline(true);
    await page.getByText('You are offline.', { exact: false }).waitFor();
    await stage.context().setOffline(false);
    await page.getByText('You are offline.', { exact: false }).waitFor({ state: 'detached' });
  });

  it('says that it is offline although a stream opens just then', async () => {
    const release = stage.server().holdStreams();
    const page = await stage.chat();
    await stage.context().setOffline(true);
    await page.getByText('You are offline.', { exact: false }).waitFor();
    release();
    stage.server().say({ type: 'BOT_MESSAGE', actor: NELL, body: { type: 'PLAIN', text: 'late' } });
    await page.getByText('late', { exact: true }).waitFor();
    expect(await page.getByText('You are offline.', { exact: false }).isVisible()).toBe(true);
    await stage.context().setOffline(false);
    await page.getByText('You are offline.', { exact: false }).waitFor({ state: 'detached' });
  });

  it('asks anew for a stream that gets no answer', async () => {
    const release = stage.server().holdStreams();
    const page = await stage.visit({}); // a window of its own, for its clock
    await page.clock.install();
    await button(page, 'Open chat').click();
    const asked = () => stage.server().requests.filter(({ on }) => on === 'GET /webchat/events');
    await eventually(() => asked().length === 1);
    await eventually(async () => {
      await page.clock.fastForward(20_000);
      return asked().length > 1;
    });
    release();
    stage.server().say({ type: 'BOT_MESSAGE', actor: NELL, body: { type: 'PLAIN', text: 'hi' } });
    await page.getByText('hi', { exact: true }).waitFor();
  });

  it('answers by button, once', async () => {
    const page = await stage.chat();
    stage.server().say({ type: 'BOT_MESSAGE', actor: NELL, body: MENU });
    await button(page, 'Opening hours').click();
    await page.getByText('Sent', { exact: true }).waitFor();
    expect([...stage.server().taken.values()]).toEqual([
      { type: 'CHOICE', choiceId: 'hours', title: 'Opening hours' },
    ]);
    expect(await button(page, 'Talk to a person').count()).toBe(0);
  });

  it('takes a file, and shows a picture although the page allows none', async () => {
    const page = await stage.chat();
    const file = { name: 'cup.png', mimeType: 'image/png', buffer: Buffer.from('pretended') };
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByText('Sent', { exact: true }).waitFor();
    expect([...stage.server().taken.values()]).toEqual([
      { type: 'IMAGE', mediaId: 'med_1', fileName: 'cup.png' },
    ]);
    await page.getByRole('img', { name: 'cup.png' }).waitFor();
    await eventually(() =>
      stage.server().requests.some(({ on }) => on === 'GET /webchat/media/med_1'),
    );
    stage.server().faults.push({ on: 'POST /webchat/media', status: 413 });
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByText('cup.png is too large.').waitFor();
    await button(page, 'Dismiss').click();
    await page.getByText('cup.png is too large.').waitFor({ state: 'detached' });
  });

  it('tells who comes, writes and goes, and when it was read', async () => {
    const page = await stage.chat();
    await write(page, 'Hello');
    await page.getByText('Sent', { exact: true }).waitFor();
    stage.server().hint('wait', { conversationId: 'cnv_1', position: 3, ewtSeconds: 610 });
    await page.getByText('You are number 3 in the queue · about 11 minutes').waitFor();
    stage.server().hint('wait', { conversationId: 'cnv_1', position: 1, ewtSeconds: 20 });
    await page.getByText('You are next · about 1 minute').waitFor();
    stage.server().say({
      type: 'AGENT_SUBSCRIBED',
      actor: ANA,
      data: { name: 'Ana', role: 'PRIMARY' },
    });
    await page.getByText('Ana joined the chat').waitFor();
    await page.getByText('With Ana', { exact: true }).waitFor();
    expect(await page.getByText('You are next').count()).toBe(0);
    stage.server().hint('read', { conversationId: 'cnv_1', seq: 3 });
    await page.getByText('Seen', { exact: true }).waitFor();
    stage.server().hint('typing', { typing: true, actor: ANA });
    await page.getByText('Ana is writing…').waitFor();
    stage.server().say({ type: 'AGENT_MESSAGE', actor: ANA, body: { type: 'PLAIN', text: 'Hi!' } });
    await page.getByText('Ana is writing…').waitFor({ state: 'detached' });
    await eventually(() => stage.server().requests.some(({ on }) => on === 'POST /webchat/read'));
    stage.server().say({
      type: 'PARTICIPANT_ROLE_CHANGED',
      actor: { type: 'CONTROLLER', id: 'controller', name: null },
      data: {
        name: 'Ana',
        from: 'PRIMARY',
        to: 'WRAP_UP',
      },
    });
    stage.server().say({
      type: 'AGENT_UNSUBSCRIBED',
      actor: ANA,
      data: { name: 'Ana', role: 'WRAP_UP' },
    });
    await page.getByText('Ana left the chat').waitFor();
    expect(await page.getByText('Ana left the chat').count()).toBe(1);
  });

  it('is there again after a reload, and in another tab', async () => {
    const page = await stage.chat();
    await write(page, 'Do not forget me');
    await page.getByText('Sent', { exact: true }).waitFor();
    await page.reload();
    await button(page, 'Open chat').click();
    await page.getByText('Do not forget me').waitFor();

    const other = await stage.context().newPage();
    await other.goto(stage.server().origin);
    await button(other, 'Open chat').click();
    await other.getByText('Do not forget me').waitFor();
    await write(other, 'From the other tab');
    await page.getByText('From the other tab').waitFor();
    expect(
      stage.server().requests.filter(({ on }) => on === 'POST /webchat/web/sessions'),
    ).toHaveLength(1);
  });

  it('counts what came while it was closed', async () => {
    const page = await stage.chat();
    await page.keyboard.press('Escape');
    stage.server().say({ type: 'AGENT_MESSAGE', actor: ANA, body: { type: 'PLAIN', text: 'One' } });
    stage.server().say({ type: 'AGENT_MESSAGE', actor: ANA, body: { type: 'PLAIN', text: 'Two' } });
    await page.getByText('2 unread').waitFor({ state: 'attached' });
  });

  it('misses and repeats nothing when its stream is cut', async () => {
    const page = await stage.chat();
    stage
      .server()
      .say({ type: 'BOT_MESSAGE', actor: NELL, body: { type: 'PLAIN', text: 'before' } });
    await page.getByText('before', { exact: true }).waitFor();
    stage.server().cut();
    stage
      .server()
      .say({ type: 'BOT_MESSAGE', actor: NELL, body: { type: 'PLAIN', text: 'meanwhile' } });
    await page.getByText('Connection lost. Trying again…').waitFor();
    await page.getByText('meanwhile', { exact: true }).waitFor();
    await page.getByText('Connection lost. Trying again…').waitFor({ state: 'detached' });
    stage
      .server()
      .say({ type: 'BOT_MESSAGE', actor: NELL, body: { type: 'PLAIN', text: 'after' } });
    await page.getByText('after', { exact: true }).waitFor();
    for (const text of ['before', 'meanwhile', 'after'])
      expect(await page.getByText(text, { exact: true }).count()).toBe(1);
  });

  it('asks what the channel wants to know first', async () => {
    stage.server().settings = {
      channelId: 'web',
      title: 'Harbour Lane',
      preChatFields: [
        { key: 'name', label: 'Your name', required: true },
        { key: 'topic', label: 'What is it about?', required: false },
      ],
    };
    const page = await stage.visit();
    await button(page, 'Open chat').click();
    await button(page, 'Start chat').click();
    await page.getByText('Please fill this in.').waitFor();
    expect(stage.server().requests.some(({ on }) => on.startsWith('POST'))).toBe(false);
    await page.getByLabel('Your name').fill('Mia');
    await button(page, 'Start chat').click();
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    const start = stage.server().requests.find(({ on }) => on === 'POST /webchat/web/sessions');
    expect(start?.body).toMatchObject({
      customer: { name: 'Mia' },
      channelData: { formData: { name: 'Mia' } },
    });
  });

  it('ends when the visitor says so, and can begin anew', async () => {
    const page = await stage.chat();
    await button(page, 'End chat').click();
    await button(page, 'Yes, end it').click();
    await page.getByText('The chat has ended').waitFor();
    await button(page, 'Start a new chat').click();
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    const starts = stage.server().requests.filter(({ on }) => on === 'POST /webchat/web/sessions');
    expect(starts.map(({ token }) => token)).toEqual([null, 'token-1']);
  });

  it('says so when the token opens nothing any more', async () => {
    const page = await stage.chat();
    stage.server().faults.push({ on: 'POST /webchat/messages', status: 401 });
    await write(page, 'Hello');
    await page.getByText('This chat has expired.').waitFor();
    await button(page, 'Start a new chat').click();
    await page.getByText('Sent', { exact: true }).waitFor(); // in the new chat
    expect(stage.server().taken.size).toBe(1);
  });

  it('says so when it cannot start, and tries again under the same key', async () => {
    stage.server().faults.push({ on: 'POST /webchat/web/sessions', status: 503 });
    const page = await stage.visit();
    await button(page, 'Open chat').click();
    await page.getByText('The chat cannot be reached right now.').waitFor();
    await button(page, 'Try again').click();
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
  });
});

describe('the keyboard', () => {
  it('reaches everything: Enter opens, the field has the focus, Escape closes and gives it back', async () => {
    const page = await stage.visit();
    await button(page, 'Open chat').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('log').waitFor();
    await eventually(async () => (await focused(page)) === 'Message');
    await page.keyboard.type('By keyboard');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('in two lines');
    await page.keyboard.press('Enter');
    await page.getByText('in two lines').waitFor();
    expect([...stage.server().taken.values()]).toEqual([
      { type: 'PLAIN', text: 'By keyboard\nin two lines' },
    ]);
    await page.keyboard.press('Escape');
    await eventually(async () => (await focused(page)) === 'Open chat');
  });

  it('stays inside where the chat covers the page', async () => {
    const page = await stage.chat();
    await page.setViewportSize({ width: 390, height: 780 });
    for (let stop = 0; stop < 12; stop += 1) {
      await page.keyboard.press('Tab');
      expect(await focused(page)).not.toBeNull();
    }
  });
});
