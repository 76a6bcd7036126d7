import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE_MS } from '../stage/stage';
import type { Acting, Fault } from './fault';

export const rotation: Fault = {
  id: 'F28',
  what: 'live rotation of a webhook secret and of the key of tokens: both valid in the window, the old one refused after it',
  goal: 'window',
  async play(acting) {
    const { scene, stage, crew } = acting;
    const { secrets } = stage.providers;
    await scene.enter();
    const under = scene.speak();
    const fresh = `whsec_${randomBytes(24).toString('base64')}`;
    const old = secrets.inboundSecret;

    await setSecret(acting, [fresh, old]);
    await untilAnswered(acting, fresh, 200);
    await untilAnswered(acting, old, 200);
    await under;
    await setSecret(acting, [fresh]);
    await untilAnswered(acting, old, 401);
    await untilAnswered(acting, fresh, 200);
    await setSecret(acting, [old]);
    await untilAnswered(acting, old, 200);

    const visitor = await crew.speaking.visitor('of the old key');
    const before = stage.env['PARLEY_SECRET'] ?? '';
    stage.env['PARLEY_SECRET'] = `${randomBytes(24).toString('base64url')},${before}`;
    for (const name of ['api', 'worker-a', 'worker-b'] as const) await stage.parts[name].restart();
    await stage.ready();
    const answer = await visitor.api.fetch('GET', '/webchat/messages');
    await answer.body?.cancel();
    if (answer.status !== 200)
      scene.complaints.push(`a token of the old key was answered ${answer.status} in the window`);
    await scene.speak(Math.min(scene.size.messages, 60));
  },
};

async function setSecret({ crew }: Acting, inboundSecret: readonly string[]): Promise<void> {
  const path = '/v1/connectors/generic';
  const stored = await crew.admin.read<{
    version: number;
    attributes: Record<string, unknown>;
    providerId: string;
  }>(path);
  if (!stored) throw new Error('there is no connector');
  const { providerId, attributes, version } = stored;
  await crew.admin.write(
    'PUT',
    path,
    // What is shown as `***` stays as it is.
    { id: 'generic', providerId, attributes: { ...attributes, inboundSecret } },
    { 'if-match': `"${version}"` },
  );
}

/** Processes hear of it within a moment. */
async function untilAnswered(
  { scene, stage }: Acting,
  secret: string,
  status: number,
): Promise<void> {
  const patience = Date.now() + PATIENCE_MS / 4;
  let said = 0;
  while (Date.now() < patience) {
    const state = { id: `ext-${scene.newKey()}`, state: 'read' };
    const answer = await stage.providers.partner.post('message.status', state, { secret });
    await answer.body?.cancel();
    said = answer.status;
    if (said === status) return;
    await sleep(100);
  }
  scene.complaints.push(`a webhook was answered ${said} where ${status} was due`);
}
