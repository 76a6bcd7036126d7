import { randomUUID } from 'node:crypto';
import type { UpdateDefinition } from '@temporalio/common';
import type { Context } from 'hono';
import type { Actor } from '../../domain/conversation/actor';
import type { AboutConversation } from '../../domain/conversation/acts';
import { outboundMessageId } from '../../domain/message/event-key';
import type { Acted } from '../../workflows/conversation/messages';
import type { AppEnv } from '../context';
import { json, z } from '../openapi';
import type { StaffPrincipal } from '../principal';
import type { ConversationAccess, ConversationFacts } from './access';
import type { Act } from './acts';
import type { AuditTrail } from './audit-trail';
import type { People } from './people';
import { staffOf } from './staff';

export const CONVERSATION = '/v1/conversations/{id}' as const;
export const ACTS_TAGS = ['Conversations'];

const Done = z
  .object({ seq: z.int().optional(), taskId: z.string().optional(), epoch: z.int().optional() })
  .meta({
    id: 'Done',
    description: 'What the act brought about, where there is something to tell.',
  });
/** The answers of a route that only does something. */
export const done = { 200: json(Done, 'Done.') };

/** Who does what where: worked out once for each act. */
export interface Scene {
  readonly principal: StaffPrincipal;
  readonly facts: ConversationFacts;
  readonly by: AboutConversation & { readonly actor: Actor };
}
/** How every act of http-api.md section 5 goes: who acts where, then ask the workflow. */
export interface Acting {
  /** Throws `NOT_FOUND` for what the caller may not see; `joining` needs only the id. */
  scene(c: Context<AppEnv>, conversationId: string, joining?: boolean): Promise<Scene>;
  /** Asks the workflow, whose rules decide, then writes down who did it. `after`: facts for the audit, no texts. */
  perform<Request>(
    c: Context<AppEnv>,
    scene: Scene,
    update: UpdateDefinition<Acted, [Request]>,
    request: Request,
    after?: Readonly<Record<string, unknown>>,
  ): Promise<Acted>;
}

export interface ActingDeps {
  readonly access: ConversationAccess;
  readonly act: Act;
  readonly audit: AuditTrail;
  readonly people: People;
}

export function createActing({ access, act, audit, people }: ActingDeps): Acting {
  return {
    async scene(c, conversationId, joining = false) {
      const principal = staffOf(c);
      const facts = joining
        ? await access.exists(conversationId)
        : await access.act(principal, conversationId);
      return { principal, facts, by: { conversationId, actor: await people.actor(principal) } };
    },
    async perform(c, { principal, facts }, update, request, after) {
      const acted = await act(facts, update, request);
      const target = `conversations/${facts.id}`;
      await audit.record(
        principal,
        `conversation.${update.name}`,
        target,
        c.get('requestId'),
        after,
      );
      return acted;
    },
  };
}

/** What there is to tell of an act. */
export function told({ seq, taskId, epoch }: Acted) {
  return {
    ...(seq === undefined ? {} : { seq }),
    ...(taskId === undefined ? {} : { taskId }),
    ...(epoch === undefined ? {} : { epoch }),
  };
}

/** The same key of the same caller names the same message; without a key every call makes a new one. */
export function messageIdFor(
  { role, subject }: StaffPrincipal,
  idempotencyKey: string | undefined,
): string {
  return outboundMessageId(`${role}:${subject}`, idempotencyKey ?? randomUUID());
}
