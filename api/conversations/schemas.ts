import { CHANNEL_TYPES, type ChannelType } from '../../domain/channel/types';
import { CONVERSATION_STATES } from '../../domain/conversation/model';
import { ENTRY_TYPES } from '../../domain/conversation/timeline-activity';
import { JsonValue } from '../../domain/json/schema';
import { MEDIA_FAILURES } from '../../domain/message/media-state';
import { MessageBody } from '../../domain/message/schema';
import { z } from '../openapi';

/** Ids in paths: whatever has another shape was never there. */
export const AnId = z.string().min(1).max(128);
export const Instant = z.string().meta({ description: 'ISO 8601, UTC.' });
const Data = z.record(z.string(), JsonValue);

export const ActorView = z
  .object({
    type: z.enum(['CUSTOMER', 'AGENT', 'BOT', 'APP', 'CONTROLLER', 'OPERATOR']),
    id: z.string(),
    name: z.string().nullable(),
  })
  .meta({ id: 'Actor' });

export const DeliveryState = z
  .object({
    state: z.enum(['PENDING', 'ACCEPTED', 'SENT', 'DELIVERED', 'READ', 'FAILED', 'UNKNOWN']),
    times: z.record(z.string(), z.string()),
    reasonCode: z.string().nullable(),
    providerMessageIds: z.array(z.string()),
  })
  .meta({ id: 'Delivery' });

/** What is known of one medium of an entry. */
export const MediumView = z
  .object({
    mediaId: z.string(),
    state: z.enum(['PENDING', 'READY', 'FAILED']),
    mimeType: z.string().nullable(),
    size: z.int().nullable(),
    sha256: z.string().nullable(),
    fileName: z.string().nullable(),
    reasonCode: z.enum(MEDIA_FAILURES).nullable(),
  })
  .meta({ id: 'MediumState' });

/** An entry as staff see it (domain.md 8.1). */
export const TimelineEntry = z
  .object({
    conversationId: z.string(),
    seq: z.int(),
    id: z.string(),
    type: z.enum(ENTRY_TYPES),
    at: Instant,
    sentAt: Instant.nullable(),
    actor: ActorView,
    channelSessionId: z.string().nullable(),
    body: MessageBody.nullable(),
    data: Data.nullable(),
    replyTo: z.string().nullable(),
    providerMessageId: z.string().nullable(),
    delivery: DeliveryState.nullable(),
    reactions: z.array(z.object({ emoji: z.string(), actor: ActorView })),
    edit: z.object({ body: MessageBody.nullable(), at: Instant }).nullable(),
    deletedAt: Instant.nullable(),
    media: z.array(MediumView),
    erasedAt: Instant.nullable(),
    hash: z.string().meta({ description: 'Chain hash, domain.md 11.' }),
  })
  .meta({ id: 'TimelineActivity' });

export const TimelinePage = z
  .object({ items: z.array(TimelineEntry), nextCursor: z.string().nullable() })
  .meta({ id: 'TimelinePage' });

const SHELL = 'Since when nothing of it is left but ids, types and times.';

export const ConversationSummaryView = z
  .object({
    id: z.string(),
    customerId: z.string(),
    customerName: z.string().nullable(),
    state: z.enum(CONVERSATION_STATES),
    createdAt: Instant,
    closedAt: Instant.nullable(),
    direction: z.enum(['INBOUND', 'OUTBOUND']),
    disposition: z.string().nullable(),
    lastSeq: z.int(),
    messageCount: z.int(),
    channelTypes: z.array(z.string()),
    channelIds: z.array(z.string()),
    agentIds: z.array(z.string()),
    queueId: z.string().nullable(),
    waitingSince: Instant.nullable(),
    lastCustomerMessageAt: Instant.nullable(),
    erasedAt: Instant.nullable().meta({ description: SHELL }),
  })
  .meta({ id: 'ConversationSummary' });

const SessionView = z
  .object({
    id: z.string(),
    channelId: z.string(),
    channelType: z.enum(CHANNEL_TYPES as [ChannelType, ...ChannelType[]]),
    customerIdentifier: z.string(),
    state: z.enum(['STARTED', 'ENDED']),
    endReason: z.string().nullable(),
    startedAt: Instant,
    endedAt: Instant.nullable(),
    direction: z.enum(['INBOUND', 'OUTBOUND']),
    channelData: Data,
    customerSuggestions: z.array(z.string()),
    lastInboundAt: Instant.nullable(),
    movedFrom: z.string().nullable(),
    expiresAt: Instant.nullable().meta({
      description: 'When the silence of the customer ends it.',
    }),
    replyWindow: z
      .object({ endsAt: Instant, outside: z.enum(['template', 'none']) })
      .nullable()
      .meta({ description: 'Until when agents may answer freely, and what may be sent later.' }),
  })
  .meta({ id: 'ChannelSession' });
const ParticipantView = z
  .object({
    id: z.string(),
    type: z.enum(['CUSTOMER', 'AGENT', 'BOT', 'APP']),
    role: z.string(),
    name: z.string().nullable(),
    joinedAt: Instant,
    leftAt: Instant.nullable(),
    leaveReason: z.string().nullable(),
    invitedBy: z.string().nullable(),
  })
  .meta({ id: 'Participant' });
const MediaOfTask = z.object({
  channelSessionId: z.string(),
  mrdId: z.string(),
  state: z.enum(['ACTIVE', 'CLOSED']),
  startedAt: Instant,
  endedAt: Instant.nullable(),
});
export const TaskView = z
  .object({
    id: z.string(),
    conversationId: z.string(),
    direction: z.string(),
    mode: z.enum(['QUEUE', 'AGENT']),
    routingMode: z.enum(['PUSH', 'PULL']),
    state: z.enum(['ACTIVE', 'WRAP_UP', 'CLOSED']),
    mediaState: z.enum(['QUEUED', 'RESERVED', 'ACTIVE', 'CLOSED']),
    media: z.array(MediaOfTask),
    agentId: z.string().nullable(),
    queueId: z.string().nullable(),
    listId: z.string().nullable(),
    mrdId: z.string(),
    priority: z.int(),
    attributes: z.record(z.string(), z.union([z.number(), z.boolean()])),
    note: z.string().nullable(),
    requestedBy: z.object({ type: z.string(), id: z.string() }).nullable(),
    previousTaskId: z.string().nullable(),
    waitingSince: Instant.nullable(),
    queuedAt: Instant.nullable(),
    reservedAt: Instant.nullable(),
    answeredAt: Instant.nullable(),
    wrapUpStartedAt: Instant.nullable(),
    endedAt: Instant.nullable(),
    offerExpiresAt: Instant.nullable(),
    closeReason: z.string().nullable(),
    closeDetail: z.string().nullable(),
    countsForCapacity: z.boolean(),
  })
  .meta({ id: 'ConversationTask' });

export const ConversationView = z
  .object({
    id: z.string(),
    customerId: z.string(),
    state: z.enum(CONVERSATION_STATES),
    createdAt: Instant,
    closedAt: Instant.nullable(),
    closeReason: z.string().nullable(),
    direction: z.enum(['INBOUND', 'OUTBOUND']),
    disposition: z.string().nullable(),
    previousConversationId: z.string().nullable(),
    controlEpoch: z.int(),
    controlHolder: z.string(),
    controlOfferedTo: z.string().nullable(),
    channelSessions: z.array(SessionView),
    participants: z.array(ParticipantView),
    tasks: z.array(TaskView),
    timers: z.array(z.object({ name: z.string(), dueAt: Instant })),
    hold: z.object({ by: z.string(), since: Instant, dueAt: Instant.nullable() }).nullable(),
    listEntry: z
      .object({
        listId: z.string(),
        state: z.enum(['UNREAD', 'ACTIVE', 'INACTIVE']),
        waitingSince: Instant,
      })
      .nullable(),
    raisedHands: z.array(z.string()),
    scheduledMessages: z.array(
      z.object({
        messageId: z.string(),
        sendAt: Instant,
        body: MessageBody.optional().meta({ description: 'With `consistent=true`.' }),
      }),
    ),
    data: Data,
    lastSeq: z.int(),
    messageCount: z.int(),
    workflowId: z.string(),
    runId: z.string(),
    erasedAt: Instant.nullable().meta({ description: SHELL }),
  })
  .meta({ id: 'Conversation' });

/** Agents by the reason why they are no candidates. */
const SkippedView = z.record(z.string(), z.array(z.string()));

export const ExplanationView = z
  .object({
    state: z.string(),
    because: z.string(),
    waitingFor: z.array(z.string()),
    decisions: z.array(z.object({ at: Instant, event: z.string(), outcome: z.string() })),
    timers: z.array(z.object({ name: z.string(), dueAt: Instant, why: z.string() })),
    routing: z.object({
      waiting: z
        .object({
          taskId: z.string(),
          queueId: z.string().nullable(),
          position: z.int().nullable().meta({ description: 'From 1; null for a named agent.' }),
          ewtSeconds: z.number().nullable().meta({ description: 'An estimate.' }),
          stepsOpen: z.int(),
          stepDueAt: Instant.nullable(),
          preferAgentId: z.string().nullable(),
          offeredTo: z.string().nullable(),
          offerExpiresAt: Instant.nullable(),
          candidates: z.array(z.string()),
          skipped: SkippedView,
        })
        .nullable()
        .meta({ description: 'The request that looks for an agent now.' }),
      decisions: z.array(
        z.object({
          at: Instant,
          taskId: z.string(),
          queueId: z.string().nullable(),
          stepsOpen: z.int(),
          chosen: z.string(),
          candidates: z.array(z.string()),
          skipped: SkippedView,
        }),
      ),
    }),
  })
  .meta({ id: 'Explanation' });

export const CustomerView = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    anonymous: z.boolean(),
    attributes: z.record(z.string(), z.string()),
    mergedAttributes: z.record(z.string(), z.array(z.string())),
    labels: z.array(z.string()),
    identities: z.array(
      z.object({
        namespace: z.string(),
        externalId: z.string(),
        channelId: z.string().nullable(),
        linkedAt: Instant,
      }),
    ),
    mergedInto: z.string().nullable(),
    createdAt: Instant,
    updatedAt: Instant,
    erasedAt: Instant.nullable().meta({ description: SHELL }),
  })
  .meta({ id: 'Customer' });
