import { setTimeout as sleep } from 'node:timers/promises';
import { apiOf } from '../load/api';
import { PATIENCE_MS } from '../stage/stage';
import { type Acting, type Fault, underLoad } from './fault';

const OUTAGE_MS = 5_000;
const OUTAGE_LONG_MS = 60_000;

export const killTemporal: Fault = {
  id: 'F3',
  what: 'kill -9 Temporal (with its database file)',
  goal: '15 s',
  play: underLoad(async (acting) => {
    const { stage, scene, long } = acting;
    const { temporal } = stage.parts;
    await scene.acknowledged(0.3);
    temporal.hold();
    await temporal.kill();
    const since = Date.now();
    await refusesWritesAndReads(acting);
    await sleep(long ? OUTAGE_LONG_MS : OUTAGE_MS);
    temporal.release();
    await stage.ready();
    scene.notes['away, ms'] = Date.now() - since;
    await scene.acknowledged(0.7);
    await temporal.kill();
  }),
};

/** 503 with `Retry-After` for what would have to be stored; reads go on. */
async function refusesWritesAndReads({ stage, scene, crew }: Acting): Promise<void> {
  const customer = scene.any();
  const patience = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await crew.speaking.connector
      .fetch('POST', `/v1/channels/generic/messages`, {
        providerMessageId: scene.newKey(),
        customer: { identifier: 'nobody-in-particular' },
        body: { type: 'PLAIN', text: 'while nobody can store it' },
      })
      .catch(() => null);
    await answer?.body?.cancel();
    if (answer?.status === 503) {
      if (answer.headers.get('retry-after') === null)
        scene.complaints.push('a 503 came without Retry-After');
      break;
    }
    if (answer?.status === 202)
      scene.complaints.push('a message was acknowledged while Temporal was away');
    if (Date.now() > patience) {
      scene.complaints.push(`no 503 while Temporal was away, but ${answer?.status ?? 'no answer'}`);
      return;
    }
  }
  const id = await scene.know(customer);
  const reading = await apiOf(stage, stage.adminToken).fetch('GET', `/v1/customers/${id}`);
  await reading.body?.cancel();
  if (!reading.ok)
    scene.complaints.push(`a read was answered ${reading.status} while Temporal was away`);
}
