import { XSS_PAYLOADS } from '../../test/support/xss-payloads';
import type { Attempt } from '../checker/record';
import { apiOf, tokenOf } from '../load/api';
import type { Acting, Fault } from './fault';

/** What has broken products before, in places where a person may write (reliability section 12). */
const POISON: readonly string[] = [
  'a\u0000b',
  '\ud800 alone',
  'alone \udfff',
  '\u202eright to left\u202d',
  `joined${'\u200d'.repeat(3000)}`,
  '👩‍👩‍👧‍👦'.repeat(800),
  `e${'\u0301'.repeat(5000)}`,
  '{"$ne": null}',
  '$where: sleep(1000)',
  '__proto__',
  'constructor.prototype',
  '../../../etc/passwd',
  '%2e%2e%2f%00',
  '{{constructor.constructor("return process")()}}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a literal one is the poison
  '${jndi:ldap://127.0.0.1/x}',
  "'; DROP TABLE timeline; --",
  '=cmd|"/c calc"!A1',
  '\r\nHTTP/1.1 200 OK\r\n\r\n',
  'data: x\n\nevent: conversation\ndata: {}\n\n',
  '\ufeffmark',
  '\uffff\ufffe',
  ...XSS_PAYLOADS,
];

export const poison: Fault = {
  id: 'F16',
  what: 'poison content in every text field of routes and providers',
  async play(acting) {
    const { scene } = acting;
    await scene.enter(['generic', 'sms', 'web', 'viber', 'wa'], 5);
    for (const customer of scene.customers) {
      for (const text of POISON) {
        const key = scene.newKey();
        const asked = {
          kind: 'act',
          key: `poison ${key}`,
          channelId: customer.voice.channelId,
          customer: customer.name,
          text: '',
        } as const;
        const said = await scene.log.ask(asked, () => customer.voice.say(key, `k=${key} ${text}`));
        fits(acting, said);
        if (said.status !== null && said.status < 300)
          scene.expect(customer, key, wellFormed(`k=${key} ${text}`));
      }
      // The next one flows.
      await scene.say(customer);
    }
    await inRoutes(acting);
    await scene.speak(Math.min(scene.size.messages, 60));
  },
};

/** As it is stored: halves of a pair become U+FFFD. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** Refused or stored, and never our fault. */
function fits({ scene }: Acting, { key, status, answer }: Attempt): void {
  if (status === null || status >= 500)
    scene.complaints.push(`${key} was answered ${status}: ${answer ?? 'nothing'}`);
}

async function inRoutes(acting: Acting): Promise<void> {
  const { scene, crew, stage } = acting;
  const agent = apiOf(stage, await tokenOf(crew.admin, 'agent', 'agt_0'));
  const [first] = scene.customers;
  const customerId = first ? await scene.know(first) : '';
  const open = await crew.admin.read<{ id: string }>(`/v1/customers/${customerId}/conversation`);
  const conversation = `/v1/conversations/${open?.id}`;
  const routes = (text: string) =>
    [
      ['POST', `${conversation}/notes`, { text }],
      ['PATCH', `${conversation}/data`, { [text]: text }],
      ['PATCH', `${conversation}/data`, { topic: text }],
      ['PATCH', `/v1/customers/${customerId}`, { name: text }],
      ['PATCH', `/v1/customers/${customerId}`, { attributes: { [text]: text } }],
      ['GET', `/v1/customers?q=${encodeURIComponent(wellFormed(text))}`, undefined],
      ['GET', `/v1/conversations?q=${encodeURIComponent(wellFormed(text))}`, undefined],
      ['GET', `/v1/conversations/${encodeURIComponent(wellFormed(text))}`, undefined],
      ['DELETE', `${conversation}/sessions/${encodeURIComponent(wellFormed(text))}`, undefined],
    ] as const;
  for (const text of POISON)
    for (const [method, path, body] of routes(text)) {
      const key = `${method} ${path.slice(0, 60)}`;
      const asked = { kind: 'act', key, channelId: '', customer: '', text: '' } as const;
      fits(acting, await scene.log.ask(asked, () => agent.fetch(method, path, body)));
    }
}
