import type { Json } from '../json/json';
import type { MessageBody } from '../message/schema';
import type { RequestAgent } from './acts';
import type { DataValue, LeaveReason, ParticipantRole, SessionEndReason } from './model';
import type { TimelineActivity } from './timeline-activity';

/** An action of the controller or a hook (domain.md 7.2). */
export type Action =
  | {
      readonly type: 'SEND_MESSAGE';
      readonly body: MessageBody;
      readonly sessionId?: string | null;
      readonly replyTo?: string | null;
    }
  | { readonly type: 'NOTICE'; readonly notice: string; readonly text: string }
  | {
      readonly type: 'FIND_AGENT';
      readonly queueId?: string;
      readonly agentId?: string;
      readonly priority?: number;
      readonly attributes?: Readonly<Record<string, number | boolean>>;
      readonly ttlSeconds?: number;
      readonly note?: string;
      readonly tellWait?: boolean;
    }
  | { readonly type: 'CANCEL_RESOURCE' }
  | {
      readonly type: 'UPDATE_CONVERSATION_DATA';
      readonly set: Readonly<Record<string, DataValue | null>>;
    }
  | { readonly type: 'SET_SLOT'; readonly set: Readonly<Record<string, Json>> }
  | {
      readonly type: 'SCHEDULE_REMINDER';
      readonly name: string;
      readonly delaySeconds: number;
      readonly data?: Json;
    }
  | { readonly type: 'CANCEL_REMINDER'; readonly name: string }
  | {
      readonly type: 'REMOVE_CHANNEL_SESSION';
      readonly selector: string;
      readonly reason?: SessionEndReason;
    }
  | { readonly type: 'END_CONVERSATION'; readonly reason?: SessionEndReason }
  | { readonly type: 'BOT_SUGGESTION'; readonly body: MessageBody; readonly replyTo: string | null }
  | { readonly type: 'PASS_CONTROL'; readonly to: string }
  | { readonly type: 'OFFER_CONTROL'; readonly to: string }
  | { readonly type: 'RELEASE_CONTROL' }
  | { readonly type: 'ACCEPT_CONTROL' }
  | { readonly type: 'REMOVE_ALL_AGENTS'; readonly reason: LeaveReason }
  | { readonly type: 'ASSIGN_BOT'; readonly botId: string }
  | { readonly type: 'REVOKE_BOT'; readonly botId: string }
  | {
      readonly type: 'CHANGE_PARTICIPANT_ROLE';
      readonly agentId: string;
      readonly role: 'PRIMARY' | 'ASSISTANT' | 'OBSERVER';
    };

/** What the controller is told, after the fixed effects (domain.md 7.1). `default` of each is in domain/conversation/controller.ts. */
export type ControllerEvent =
  | { readonly type: 'CONVERSATION_STARTED' }
  | { readonly type: 'CUSTOMER_MESSAGE'; readonly message: TimelineActivity }
  | { readonly type: 'CHANNEL_SESSION_EXPIRED'; readonly sessionId: string }
  | { readonly type: 'CHANNEL_SESSION_STARTED'; readonly sessionId: string }
  | {
      readonly type: 'CHANNEL_SESSION_ENDED';
      readonly sessionId: string;
      readonly reason: SessionEndReason;
    }
  /** Before it is placed the hook may change the request (domain.md 7.1); then `queue` and `outOfHours` are filled in. */
  | { readonly type: 'AGENT_REQUESTED'; readonly request: RequestAgent }
  | { readonly type: 'AGENT_SUBSCRIBED'; readonly agentId: string }
  | { readonly type: 'AGENT_UNSUBSCRIBED'; readonly agentId: string; readonly reason: LeaveReason }
  | {
      readonly type: 'NO_AGENT_AVAILABLE';
      readonly taskId: string;
      readonly queueId: string | null;
    }
  | {
      readonly type: 'OUT_OF_HOURS';
      readonly calendarId: string;
      readonly opensAt: string | null;
      /** The request that has ended; null: a session started. */
      readonly taskId: string | null;
    }
  | { readonly type: 'AGENT_SLA_EXPIRED' }
  | { readonly type: 'CONVERSATION_PAUSED'; readonly seconds: number }
  | { readonly type: 'CONVERSATION_RESUMED'; readonly cause: string }
  | {
      readonly type: 'DELIVERY';
      readonly messageId: string;
      readonly state: string;
      readonly reasonCode: string | null;
    }
  | { readonly type: 'BOT_TIMEOUT'; readonly botId: string }
  | { readonly type: 'BOT_FAILED'; readonly botId: string; readonly reason: string }
  | { readonly type: 'AGENT_RESERVED'; readonly agentId: string; readonly taskId: string }
  | { readonly type: 'TASK_WRAP_UP'; readonly agentId: string; readonly taskId: string }
  | {
      readonly type: 'PARTICIPANT_ROLE_CHANGED';
      readonly participantId: string;
      readonly from: ParticipantRole;
      readonly to: ParticipantRole;
    }
  | { readonly type: 'REMINDER_FIRED'; readonly name: string; readonly data: Json }
  | { readonly type: 'CLOSING' };
