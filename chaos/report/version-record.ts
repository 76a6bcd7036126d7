import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { BSON, type Db } from 'mongodb';
import { withDatabase, withTemporal } from '../load/collect';
import type { Result } from '../play';
import type { Stage } from '../stage/stage';

/** Whole conversations that are recorded: those with the most kinds of entries. */
const CONVERSATIONS = 3;
/** Carried states of each workflow type: the largest. */
const CARRIED = 2;
/** By the conversation's id. */
const OF_A_CONVERSATION = ['timeline', 'sends', 'routing_decisions'] as const;

/**
 * Records what a version leaves behind, as later ones have to read it (reliability F21): the documents of some whole conversations and
 * the states that their workflows and routing carried over. All of it was made by the fault run: nobody's data.
 */
export async function recordVersion(stage: Stage, result: Result, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const json = (name: string, value: unknown) =>
    writeFile(path.join(folder, `${name}.json`), `${JSON.stringify(value, null, 1)}\n`);
  const kinds = (result.record?.conversations ?? []).map(({ id, customerId, entries }) => ({
    ...{ id, customerId, kinds: new Set(entries.map(({ type }) => type)).size },
  }));
  const chosen = kinds.sort((a, b) => b.kinds - a.kinds).slice(0, CONVERSATIONS);
  const ids = chosen.map(({ id }) => id);
  await withDatabase(stage, async (db) => {
    const named: Record<string, object> = {
      conversations: { _id: { $in: ids } },
      customers: { _id: { $in: chosen.map(({ customerId }) => customerId) } },
      identities: { customerId: { $in: chosen.map(({ customerId }) => customerId) } },
      ...Object.fromEntries(
        OF_A_CONVERSATION.map((name) => [name, { conversationId: { $in: ids } }]),
      ),
    };
    for (const [name, filter] of Object.entries(named))
      await json(name, await rows(db, name, filter));
  });
  await withTemporal(stage, async (client) => {
    const runs = result.record?.runs.filter(({ type }) => type === 'conversationWorkflow') ?? [];
    await json('carried-conversation', await carriedIn(client, runs));
    const domain = 'routing:default';
    const routing = [];
    for await (const { runId } of client.workflow.list({ query: `WorkflowId = '${domain}'` }))
      routing.push({ workflowId: domain, runId });
    await json('carried-routing', await carriedIn(client, routing));
  });
}

async function rows(db: Db, name: string, filter: object): Promise<unknown> {
  const found = await db.collection(name).find(filter).sort({ _id: 1 }).toArray();
  return BSON.EJSON.serialize(found, { relaxed: false });
}

interface Run {
  readonly workflowId: string;
  readonly runId: string;
}

/** What these runs were started with, where an earlier run had left it to them. */
async function carriedIn(client: Client, runs: readonly Run[]): Promise<readonly unknown[]> {
  const inputs: { readonly carried: unknown; readonly size: number }[] = [];
  for (const { workflowId, runId } of runs) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    if (!payload) continue;
    const input = defaultPayloadConverter.fromPayload<{ carried?: { state?: unknown } | null }>(
      payload,
    );
    const { carried } = input;
    if (!carried || carried.state === null) continue; // nothing was open
    inputs.push({ carried, size: payload.data?.length ?? 0 });
  }
  return inputs
    .sort((a, b) => b.size - a.size)
    .slice(0, CARRIED)
    .map(({ carried }) => carried);
}
