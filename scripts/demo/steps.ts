import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient, type DemoError } from './client';
import { PATIENCE_MS } from './options';
import type { Entry } from './screen';

/** A conversation as the demo reads it. */
export interface ConversationView {
  readonly id: string;
  readonly state: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly channelSessions: readonly { readonly id: string; readonly channelType: string }[];
}

/** The conversation that the visitor's session opened: its first entries are archived a moment later. */
export async function openConversation(
  admin: Client,
  customerId: string,
): Promise<ConversationView> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await admin
      .get<ConversationView>(`/v1/customers/${customerId}/conversation`)
      .catch((error: DemoError) => {
        if (error.cause === 404 && Date.now() < until) return null;
        throw error;
      });
    if (found) return found;
    await sleep(200);
  }
}

/** Somebody of staff, by a token of their own. */
export async function signIn(
  admin: Client,
  url: string,
  agentId: string,
  role: 'agent' | 'supervisor' = 'agent',
): Promise<Client> {
  const { token } = await admin.post<{ readonly token: string }>('/v1/tokens', {
    role,
    subject: agentId,
    ttlSeconds: 900,
  });
  return createClient(url, token);
}

export const plain = (text: string) => ({ body: { type: 'PLAIN', text } });
export const tap = (choiceId: string, title: string) => ({ type: 'CHOICE', choiceId, title });
export const ofType = (type: string) => (entry: Entry) => entry.type === type;
export const textOf = (type: string, pattern: RegExp) => (entry: Entry) =>
  entry.type === type && pattern.test(String(entry.body?.['text'] ?? ''));
export const menuWith = (title: string) => (entry: Entry) =>
  entry.type === 'BOT_MESSAGE' &&
  ((entry.body?.['choices'] as readonly { readonly title: string }[] | undefined) ?? []).some(
    (choice) => choice.title === title,
  );
