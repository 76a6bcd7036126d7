import type { BrowserContext, Page } from 'playwright-core';
import { startHostileCustomers } from '../support/hostile-customers';
import { packed } from '../support/hostile-texts';
import { tour } from '../support/hostile-tour';
import { tracesIn } from '../support/inert';
import { eventually, useStaffStage, violations, write } from '../support/staff-stage';
import { XSS_PAYLOADS } from '../support/xss-payloads';

const stage = useStaffStage();
const log = (page: Page) => page.getByRole('log');
const said = (page: Page, text: string) => log(page).getByText(text, { exact: true });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

describe('desk and board', () => {
  it('serve a customer from the first word to the wrap-up, through a network that drops', async () => {
    const [customers, agents, supervisors] = await Promise.all([
      stage.open(),
      stage.open(),
      stage.open(),
    ]);
    const token = await stage.token('agent', 'agt_ana');
    const ana = await stage.signIn(agents, '/desk', token);
    await ana.getByRole('button', { name: /Logged out/ }).click();
    await ana.getByRole('menuitem', { name: 'Ready', exact: true }).click();
    await ana.getByRole('button', { name: /^Ready/ }).waitFor();

    const mia = await stage.visit(customers);
    await write(mia, 'My cup arrived chipped.');
    await button(mia, 'Talk to a human').click();
    await button(ana, 'Accept').click();
    await said(ana, 'My cup arrived chipped.').waitFor();
    await ana.getByText('Active Channels').waitFor();
    await ana.getByText('Chrome', { exact: true }).waitFor(); // channel data
    await write(ana, 'A new one is on its way.');
    await mia.getByText('A new one is on its way.').waitFor();

    // Both go on writing while the agent's network is gone.
    await agents.setOffline(true);
    await ana.getByText(/You are offline|Reconnecting/).waitFor();
    await write(ana, 'Written in a tunnel.');
    await log(ana).getByText('Sending').waitFor();
    await write(mia, 'Are you still there?');
    await agents.setOffline(false);
    await said(ana, 'Are you still there?').waitFor();
    await mia.getByText('Written in a tunnel.').waitFor();
    await log(ana).getByText('Sending').waitFor({ state: 'detached' });
    for (const text of ['Written in a tunnel.', 'Are you still there?'])
      for (const page of [ana, mia]) expect(await page.getByText(text).count()).toBe(1);

    // Another tab of the same agent tells the same.
    const tab = await stage.signIn(agents, '/desk', token);
    await tab.getByRole('button', { name: /Unknown customer/ }).click();
    await said(tab, 'Written in a tunnel.').waitFor();
    await write(tab, 'From my other tab.');
    await said(ana, 'From my other tab.').waitFor();
    await tab.close();

    await supervise(supervisors, mia, ana);

    await button(ana, 'Hold').click();
    await button(ana, 'Resume').click();
    await button(ana, 'Hold').waitFor();

    // Ben takes over: by an offer that rings, with what Ana wrote for him.
    const ben = await stage.signIn(
      await stage.open(),
      '/desk',
      await stage.token('agent', 'agt_ben'),
    );
    await ben.getByRole('button', { name: /Logged out/ }).click();
    await ben.getByRole('menuitem', { name: 'Ready', exact: true }).click();
    await ben.getByRole('button', { name: /^Ready/ }).waitFor();
    await button(ana, 'Transfer').click();
    const handOver = ana.getByRole('dialog', { name: 'Pass the conversation on' });
    await handOver.getByLabel('To', { exact: true }).selectOption({ label: 'Ben' });
    await handOver.getByLabel('Note for your colleague').fill('She knows the glaze.');
    await handOver.getByRole('button', { name: 'Pass on' }).click();
    await ben.getByText('She knows the glaze.').waitFor();
    await button(ben, 'Accept').click();
    await said(ben, 'Written in a tunnel.').waitFor();
    await write(ben, 'Ben here, I take over.');
    await mia.getByText('Ben here, I take over.').waitFor();
    await button(ben, 'Wrap up').click();
    await ben.getByLabel('Topic').selectOption('Billing');
    await button(ben, 'Submit').click();
    await log(ben)
      .getByText(/classified: Topic: Billing/)
      .waitFor();
    await button(ben, 'Leave').click();
    await mia.getByText('Ben left the chat').waitFor();
  }, 180_000);

  it('ask agents whose answer is due whether they stay, and let them take what waits on a list', async () => {
    const admin = stage.adminToken();
    await stage.call(admin, 'POST', '/v1/queues', {
      id: 'quick',
      agentSlaSeconds: 60,
      agentSlaThresholds: [{ percent: 1, action: 'PROMPT' }],
    });
    await stage.call(admin, 'POST', '/v1/lists', { id: 'casework', name: 'Casework' });
    await stage.call(admin, 'POST', '/v1/channels', {
      ...{ id: 'cases', channelType: 'WEB', serviceIdentifier: 'cases', connectorId: 'webchat' },
      ...{ routingMode: 'PULL', listId: 'casework', queueId: 'support' },
    });
    const token = await stage.token('agent', 'agt_ana');
    const ana = await stage.signIn(await stage.open(), '/desk', token);
    await stage.call(token, 'PUT', '/v1/agents/agt_ana/state', { state: 'READY' });

    const hasty = await aVisitor('web', 'Hasty');
    await stage.call(admin, 'POST', `${hasty}/agent-requests`, { queueId: 'quick' });
    await button(ana, 'Accept').click();
    const prompt = ana.getByRole('alertdialog', { name: /Hasty is waiting for your answer/ });
    await prompt.getByRole('button', { name: 'Stay' }).click();
    await prompt.waitFor({ state: 'detached' });

    const patient = await aVisitor('cases', 'Patient');
    await ana.getByRole('tab', { name: 'Lists' }).click();
    await ana
      .getByRole('listitem')
      .filter({ hasText: 'Patient' })
      .getByRole('button', { name: 'Join', exact: true })
      .click();
    await said(ana, 'I am Patient').waitFor();
    await write(ana, 'Your case is mine.');
    await said(ana, 'Your case is mine.').waitFor();
    for (const path of [hasty, patient])
      await stage.call(admin, 'DELETE', path, { reason: 'done' });
  }, 180_000);

  it('show mails as they were laid out, without their scripts, and send answers later', async () => {
    const admin = stage.adminToken();
    const { email, subject } = await aMail(
      `<h1>Broken</h1><p>My <b>vase</b> of <a href="https://shop.example/">yours</a>${XSS_PAYLOADS.map((payload) => `<div>${payload}</div>`).join('')}<img src="https://elsewhere.example/x.png" onerror="ran()"></p>`,
    );
    const token = await stage.token('agent', 'agt_ben');
    await stage.call(token, 'POST', `${email}/participants`, {
      agentId: 'agt_ben',
      role: 'PRIMARY',
    });
    const ben = await stage.signIn(await stage.open(), '/desk', token);
    await ben.getByRole('button', { name: /Max/ }).click();
    await said(ben, subject).waitFor();
    await button(ben, 'Formatted mail').click();
    const mail = ben.frameLocator('iframe');
    await mail.getByRole('heading', { name: 'Broken' }).waitFor();
    const frame = await (await ben.locator('iframe').elementHandle())?.contentFrame();
    expect(frame && (await tracesIn(frame))).toEqual([]);
    expect(await mail.locator('img, svg, form, style').count()).toBe(0);
    await mail.getByRole('link', { name: 'yours' }).waitFor();
    await ben.keyboard.press('Escape');

    await ben.getByRole('textbox', { name: 'Subject' }).fill('Your vase');
    await ben.getByRole('textbox', { name: 'Message' }).fill('In an hour.');
    await button(ben, 'Schedule for later').click();
    await button(ben, 'Schedule').click();
    const scheduled = ben.getByRole('list', { name: 'Goes out later' });
    await scheduled.getByText('Your vase').waitFor();
    await scheduled.getByRole('button', { name: /Withdraw/ }).click();
    await scheduled.waitFor({ state: 'detached' });
    await stage.call(admin, 'DELETE', email, { reason: 'done' });
  }, 180_000);

  it('let people in by the issuer, and renew what it gave', async () => {
    const issuer = stage.issuer();
    const context = await stage.open({ atIssuer: true });
    const page = await stage.page(context);
    await page.goto(`${stage.url()}/desk#/c/none`);
    await button(page, 'Continue with single sign-on').click();
    await page.getByText('Single sign-on did not let you in.').waitFor();
    issuer.person = { username: 'ana', role: 'agent' };
    // Renewed a minute before its end, which is now.
    issuer.tokenSeconds = 61;
    await button(page, 'Continue with single sign-on').click();
    await button(page, 'Sign out').waitFor();
    await page.getByText('There is no such conversation.').waitFor();
    expect(page.url()).toBe(`${stage.url()}/desk#/c/none`);
    await eventually(async () => issuer.grants.find((grant) => grant === 'refresh_token'));
    // An answer that this tab did not ask for.
    await button(page, 'Sign out').click();
    await page.goto(`${stage.url()}/desk?code=stolen&state=other`);
    await page.getByText('Single sign-on did not let you in.').waitFor();
    expect(new URL(page.url()).search).toBe('');
  }, 180_000);

  it('M12: show what customers made of every field as text, and run none of it', async () => {
    const customers = await startHostileCustomers(stage);
    try {
      expect(await tour(stage, customers)).toEqual([]);
    } finally {
      await customers.close();
    }
  }, 180_000);
});

/** A visitor has written; the path of their conversation. */
async function aVisitor(channelId: string, name: string): Promise<string> {
  const visitor = await stage.call<{ token: string; customerId: string }>(
    '',
    'POST',
    `/webchat/${channelId}/sessions`,
    { customer: { name } },
  );
  await stage.call(visitor.token, 'POST', '/webchat/messages', {
    clientMessageId: name,
    body: { type: 'PLAIN', text: `I am ${name}` },
  });
  return conversationOf(visitor.customerId);
}

async function conversationOf(customerId: string): Promise<string> {
  const path = `/v1/customers/${customerId}/conversation`;
  const { id } = await eventually(() =>
    stage.call<{ id: string }>(stage.adminToken(), 'GET', path).catch(() => null),
  );
  return `/v1/conversations/${id}`;
}

/** A mail has come to a mailbox of its own; the path of its conversation. */
async function aMail(html: string): Promise<{ readonly email: string; readonly subject: string }> {
  const admin = stage.adminToken();
  const inboundSecret = 'an-inbound-secret-of-some-length';
  const address = 'support@shop.example';
  const smtp = { host: '127.0.0.1', port: 2525, user: 'support', password: 'unused' };
  await stage.call(admin, 'POST', '/v1/connectors', {
    ...{ id: 'mail', providerId: 'email', attributes: { address, smtp, inboundSecret } },
  });
  await stage.call(admin, 'POST', '/v1/channels', {
    ...{ id: 'mail', channelType: 'EMAIL', serviceIdentifier: address, connectorId: 'mail' },
  });
  const ben = await stage.call<{ version: number }>(admin, 'GET', '/v1/agents/agt_ben');
  await stage.call(
    admin,
    'PUT',
    '/v1/agents/agt_ben',
    { name: 'Ben', username: 'ben', mrds: [{ mrdId: 'chat' }, { mrdId: 'email' }] },
    { 'if-match': `"${ben.version}"` },
  );
  const [subject = ''] = packed('subject', 990);
  const [name = ''] = packed('name', 240);
  const raw = [
    `From: ${encoded(`Max ${name}`)} <max@mail.example>`,
    `To: ${address}`,
    `Subject: ${encoded(subject)}`,
    'Message-ID: <one@mail.example>',
    'Content-Type: text/html; charset=utf-8',
    '',
    html,
  ].join('\r\n');
  const answer = await fetch(`${stage.url()}/webhooks/mail`, {
    method: 'POST',
    headers: { 'content-type': 'message/rfc822', authorization: `Bearer ${inboundSecret}` },
    body: raw,
  });
  expect(answer.status).toBe(200);
  const { id } = await eventually(async () => {
    const found = await stage.call<{ items: { id: string }[] }>(
      admin,
      'GET',
      '/v1/conversations?channelId=mail',
    );
    return found.items[0];
  });
  return { email: `/v1/conversations/${id}`, subject };
}

/** Words of a mail's header, in pieces of a line each (RFC 2047). */
function encoded(text: string): string {
  const pieces = text.match(/.{1,20}/gsu) ?? [];
  return pieces
    .map((piece) => `=?utf-8?B?${Buffer.from(piece).toString('base64')}?=`)
    .join('\r\n ');
}

/** The supervisor sees it on the board, looks in unseen, and whispers. */
async function supervise(context: BrowserContext, mia: Page, ana: Page): Promise<void> {
  const sara = await stage.signIn(context, '/board', await stage.token('supervisor', 'sup_sara'));
  const row = sara.getByRole('row').filter({ hasText: 'Unknown customer' });
  await row.getByText('Ana').waitFor();
  await row.getByRole('button', { name: /^Open/ }).click();
  await button(sara, 'Monitor').click();
  await sara.getByRole('radio', { name: 'Whisper' }).check({ force: true });
  await sara.getByRole('textbox', { name: 'Whisper' }).fill('Offer her a discount.');
  await button(sara, 'Send').click();
  await said(ana, 'Offer her a discount.').waitFor();
  expect(await mia.getByText('Offer her a discount.').count()).toBe(0);
}

describe('accessibility (axe, WCAG 2.2 AA)', () => {
  it('finds nothing wrong in any language, light and dark', async () => {
    const found: string[] = [];
    const look = async (name: string, page: Page) => {
      for (const fault of await violations(page)) found.push(`${name}: ${fault}`);
    };
    /** In its language and in the other, which stays. */
    const lookAtAll = async (name: string, page: Page) => {
      const language = await page.locator('html').getAttribute('lang');
      await look(`${name}, ${language}`, page);
      await choose(page, language === 'en' ? 'ar' : 'en');
      await look(`${name}, not ${language}`, page);
    };
    const visit = await aVisitor('web', 'Nora');
    const context = await stage.open();
    const admin = await stage.signIn(context, '/board', stage.adminToken());
    await admin.locator('.panel table').first().waitFor();
    await lookAtAll('overview', admin);
    await admin.locator('.view').nth(1).click();
    await admin.locator('.charts, .reports > .state').first().waitFor();
    await lookAtAll('reports', admin);
    await admin.locator('.view').nth(2).click();
    await admin.locator('.config-objects .config-item').first().click();
    await admin.locator('.config-editor input').first().waitFor();
    await lookAtAll('configuration', admin);

    const desk = await stage.page(context);
    await desk.goto(`${stage.url()}/desk`);
    await desk.locator('html[lang=ar]').waitFor(); // as it was chosen on this machine
    await desk.locator('.sign-in-card input').waitFor();
    await lookAtAll('sign-in', desk);
    const supervisor = await stage.token('supervisor', 'sup_sara');
    await desk.locator('.sign-in-card input').fill(supervisor);
    await desk.locator('.sign-in-card button[type=submit]').click();
    await desk.locator('.list-tab').nth(3).click();
    await desk.locator('.row').filter({ hasText: 'Nora' }).click();
    await desk.locator('.message').first().waitFor();
    await desk.locator('.section > summary').nth(5).click();
    await desk.locator('.explain').waitFor();
    await lookAtAll('desk', desk);
    expect(found).toEqual([]);
    await stage.call(stage.adminToken(), 'DELETE', visit, { reason: 'done' });
  }, 180_000);
});

async function choose(page: Page, language: 'en' | 'ar'): Promise<void> {
  await page.locator('button:has(.lucide-languages)').click();
  await page.locator(`[role=menuitem][lang=${language}]`).click();
  await page.locator(`html[lang=${language}]`).waitFor();
  await page.locator('[role=menu]').waitFor({ state: 'detached' });
}
