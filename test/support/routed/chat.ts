import type { ChannelSettings } from '../../../domain/channel/settings';
import type { HandOver, OutOfHours, QueueFacts } from '../../../domain/conversation/acts';
import type { ConversationEvent, SessionsMovedIn } from '../../../domain/conversation/events';
import { presentAgent } from '../../../domain/conversation/facts';
import type { ForRouting } from '../../../domain/conversation/for-routing';
import type { ConversationState } from '../../../domain/conversation/model';
import type { RoutingEvent } from '../../../domain/routing/events';
import type { RoutingDecided } from '../../../domain/routing/routing';

export type HandOverKind = 'transfer' | 'consult' | 'conference';
export type HandOverEvent = Extract<ConversationEvent, { readonly type: HandOverKind }>;
export type Place = Extract<RoutingEvent, { readonly type: 'takePlace' }>['place'];

/** One customer: the present conversation, and what is on its way to and from its workflow. */
export interface Chat {
  readonly workflowId: string;
  /** How channels know the customer: their identifier on each. */
  readonly address: string;
  readonly settings: ChannelSettings;
  state: ConversationState;
  /** Signals to routing, in order. */
  readonly post: ForRouting[];
  /** Signals from routing, in order; they wait while the workflow waits for routing. */
  readonly mail: ConversationEvent[];
  /** What else arrived while it waited. */
  readonly inbox: ConversationEvent[];
  /** A hand-over to a named agent: routing is asked, its answer comes later, or never. */
  asking: {
    readonly event: HandOverEvent;
    readonly place: Place;
    answer: RoutingDecided | 'lost' | null;
  } | null;
  /** The conversation was asked to merge into that one and waits until the news is on its way there. */
  handing: { readonly into: Chat; readonly moved: SessionsMovedIn } | null;
  /** The survivor's: whatever still reaches this conversation belongs there. */
  forward: Chat | null;
  dueAt: string | null;
}

/** An act of an agent who has a place already; the API has not told the conversation yet. */
export interface Call {
  readonly chat: Chat;
  readonly event: Extract<ConversationEvent, { readonly type: 'joinAs' }>;
}

export function aChat(
  workflowId: string,
  settings: ChannelSettings,
  state: ConversationState,
  address = workflowId,
): Chat {
  return {
    workflowId,
    address,
    settings,
    state,
    post: [],
    mail: [],
    inbox: [],
    asking: null,
    handing: null,
    forward: null,
    dueAt: null,
  };
}

/** Whether the workflow waits for something and takes nothing in. */
export const isBusy = ({ asking, handing }: Chat) => asking !== null || handing !== null;

export const movesIn = ({ mail }: Chat) => mail.some(({ type }) => type === 'sessionsMovedIn');

/** Where messages of a customer belong, after merges. */
export function homeOf(chat: Chat): Chat {
  return chat.forward ? homeOf(chat.forward) : chat;
}

/** Whose customer's record is now: the survivor's, from the first step of a merge on. */
export function personOf(chat: Chat): Chat {
  const survivor = chat.handing?.into ?? chat.forward;
  return survivor ? personOf(survivor) : chat;
}

export const QUEUE_FACTS: QueueFacts = {
  agentSlaSeconds: 120,
  reservationSeconds: 20,
  mrdId: 'chat',
};
export const DIRECTIONS = {
  transfer: 'DIRECT_TRANSFER',
  consult: 'CONSULT',
  conference: 'DIRECT_CONFERENCE',
} as const;

/** Whether routing has to be asked first; the consulted agent who takes over is there already. */
export function isNamedHandOver(
  event: ConversationEvent,
  state: ConversationState,
): event is HandOverEvent & {
  readonly request: HandOver & { readonly to: { readonly agentId: string } };
} {
  if (event.type !== 'transfer' && event.type !== 'consult' && event.type !== 'conference')
    return false;
  const { to } = event.request;
  const consulted = 'agentId' in to && presentAgent(state, to.agentId)?.role === 'ASSISTANT';
  return 'agentId' in to && !(event.type === 'transfer' && consulted);
}

export function withQueue(
  event: Extract<ConversationEvent, { type: 'controllerDefault' }>['event'],
  queue: QueueFacts,
) {
  if (event.type !== 'AGENT_REQUESTED') return event;
  const outOfHours: OutOfHours | null = null;
  return { ...event, request: { ...event.request, queue, outOfHours } };
}

export function routingEventOf(signal: ForRouting): RoutingEvent {
  return signal.name === 'agentRequested'
    ? { type: 'agentRequested', request: signal.payload }
    : ({ type: signal.name, ...signal.payload } as RoutingEvent);
}

export function requestOf(event: ConversationEvent): { readonly conversationId: string } {
  return 'request' in event ? event.request : { conversationId: '' };
}
