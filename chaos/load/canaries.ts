import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ArchivedConversation, RunRecord, WorkflowRun } from '../checker/record';
import type { Scene } from './scene';

/** I10, I11: a customer's word in another's archive, and words and secrets in logs, workflow ids and streams that are not theirs. */
export async function canariesIn(
  { stage, customers }: Scene,
  conversations: readonly ArchivedConversation[],
  runs: readonly WorkflowRun[],
): Promise<RunRecord['leaks']> {
  const leaks: { canary: string; where: string }[] = [];
  const owners = new Map(customers.map(({ canary, customerId }) => [canary, customerId]));
  for (const { id, customerId, entries } of conversations) {
    const words = JSON.stringify(entries).match(/canary[a-z0-9]{10}/g) ?? [];
    for (const canary of new Set(words))
      if (owners.get(canary) !== customerId) leaks.push({ canary, where: id });
  }
  const secrets = [
    ...Object.entries(stage.providers.secrets).filter(([name]) => name !== 'accountSid'),
    ['adminToken', stage.adminToken],
    ...(stage.env['PARLEY_SECRET'] ?? '').split(',').map((key) => ['PARLEY_SECRET', key] as const),
  ] as const;
  const personal = customers.flatMap(({ canary, voice: { identifier, channelId } }) => [
    canary,
    // Short names of the driver's own would be found by chance.
    ...(channelId === 'sms' || channelId === 'wa' ? [identifier] : []),
  ]);
  for (const file of stage.logFiles()) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const where = path.basename(file);
    for (const word of personal) if (text.includes(word)) leaks.push({ canary: word, where });
    for (const [name, secret] of secrets)
      if (secret !== '' && text.includes(secret)) leaks.push({ canary: name, where });
  }
  for (const { workflowId } of runs)
    for (const word of personal)
      if (workflowId.includes(word)) leaks.push({ canary: word, where: workflowId });
  return leaks;
}
