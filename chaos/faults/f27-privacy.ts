import { setTimeout as sleep } from 'node:timers/promises';
import { type Voice, voiceOf } from '../load/voices';
import { PATIENCE_MS } from '../stage/stage';
import type { Acting, Fault } from './fault';

export const privacyJobs: Fault = {
  id: 'F27',
  what: 'export and erase during an open conversation, while mongod is away, and twice',
  goal: '60 s',
  async play(acting) {
    const { scene, stage } = acting;
    await scene.enter();
    const secret = `gone${scene.newKey()}`;
    const [open, away] = [await somebody(acting, secret), await somebody(acting, secret)];
    const others = scene.speak();
    const since = Date.now();
    await job(acting, open.customerId, 'export');
    await job(acting, open.customerId, 'erase');
    scene.notes['erased within, ms'] = Date.now() - since;
    const begun = await begin(acting, away.customerId, 'erase');
    stage.parts.mongod.hold();
    await stage.parts.mongod.kill();
    await sleep(4_000);
    stage.parts.mongod.release();
    await stage.ready();
    await done(acting, begun);
    for (const { customerId } of [open, away]) await job(acting, customerId, 'erase');
    await others;
    for (const { customerId } of [open, away]) await isForgotten(acting, customerId, secret);
  },
};

/** Outside of what the checker counts: of these nothing must be left. */
async function somebody(
  { scene, crew }: Acting,
  secret: string,
): Promise<{ readonly customerId: string; readonly voice: Voice }> {
  const n = 5_000_000 + Math.floor(scene.random() * 1_000_000);
  const voice = await voiceOf('generic', { n, name: `${secret} ${n}` }, crew.speaking);
  const patience = Date.now() + PATIENCE_MS;
  for (let turn = 0; turn < 3; ) {
    const answer = await voice.say(scene.newKey(), `${secret} and ${turn}`).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) turn += 1;
    if (Date.now() > patience) throw new Error('nobody heard them');
  }
  for (;;) {
    const page = await crew.admin.read<{ items: { id: string }[] }>(
      `/v1/customers?channelId=generic&identifier=${voice.identifier}`,
    );
    const [found] = page?.items ?? [];
    if (found) return { customerId: found.id, voice };
    if (Date.now() > patience) throw new Error('nobody knows them');
    await sleep(200);
  }
}

async function job(acting: Acting, customerId: string, what: 'export' | 'erase'): Promise<void> {
  await done(acting, await begin(acting, customerId, what));
}

async function begin({ crew }: Acting, customerId: string, what: string): Promise<string> {
  const { jobId } = await crew.admin.write<{ jobId: string }>(
    'POST',
    `/v1/customers/${customerId}/${what}`,
  );
  return jobId;
}

async function done({ crew, scene }: Acting, jobId: string): Promise<void> {
  const patience = Date.now() + PATIENCE_MS;
  while (Date.now() < patience) {
    const found = await crew.admin.read<{ state: string }>(`/v1/jobs/${jobId}`);
    if (found?.state === 'COMPLETED') return;
    await sleep(200);
  }
  scene.complaints.push(`job ${jobId} did not end`);
}

/** What they said and were called is in no answer any more; lists that hold them still open. */
async function isForgotten({ crew, scene }: Acting, customerId: string, secret: string) {
  const list = await crew.admin.read<{ items: { id: string }[] }>(
    `/v1/customers/${customerId}/conversations`,
  );
  const ids = list?.items.map(({ id }) => id) ?? [];
  const paths = [
    `/v1/customers/${customerId}`,
    `/v1/customers?q=${secret}`,
    `/v1/conversations?q=${secret}`,
    '/v1/conversations?limit=200',
    ...ids.flatMap((id) => [
      `/v1/conversations/${id}`,
      `/v1/conversations/${id}/timeline?limit=200`,
      `/v1/conversations/${id}/transcript?format=json`,
    ]),
  ];
  for (const path of paths) {
    const answer = await crew.admin.fetch('GET', path);
    const text = await answer.text();
    if (answer.status >= 500) scene.complaints.push(`GET ${path}: ${answer.status}`);
    // A search answers nothing; an address may repeat what was asked for.
    if (text.includes(secret)) scene.complaints.push(`GET ${path} still holds what was erased`);
  }
}
