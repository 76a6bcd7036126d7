import type { UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, log, setHandler, workflowInfo } from '@temporalio/workflow';
import { leavesTrace, whyNot } from '../../domain/conversation/decide';
import type { ConversationEvent } from '../../domain/conversation/events';
import type { Refusal } from '../../domain/errors';
import { isShaped, needs, type Shape } from '../well-formed';
import { BACK_PRESSURE_BYTES } from './archive';
import type { ConversationRun } from './conversation-run';
import { describe } from './details';
import { explain } from './explain';
import type { Inbox } from './inbox';
import type { Inboxed } from './messages';
import * as m from './messages';
import { ANY_REQUEST, MERGE_SHAPE, REQUEST_SHAPES, SIGNAL_SHAPES } from './shapes';

type Command = Extract<ConversationEvent, { readonly request: unknown }>['type'];
type RequestOf<T extends Command> = Extract<
  ConversationEvent,
  { readonly type: T; readonly request: unknown }
>['request'];

const SIGNALS = [
  [m.customerMessageSignal, 'The customer wrote on a channel.'],
  [m.channelSessionStartedSignal, 'The customer is there on a channel.'],
  [m.channelSessionEndedSignal, 'The customer left a channel.'],
  [m.channelDataUpdatedSignal, 'New facts about a channel session.'],
  [m.customerFollowUpSignal, 'The customer reacted to, edited or deleted a message.'],
  [m.sentElsewhereSignal, 'Our side wrote to the customer in the inbox of the provider.'],
  [m.startOutboundSignal, 'An agent or bot starts a conversation with a message.'],
  [m.agentJoinedSignal, 'Routing assigned an agent.'],
  [m.agentLeftSignal, 'An agent was taken out.'],
  [m.agentActedSignal, 'An agent is there: it read.'],
  [m.deliveryReceiptSignal, 'News of the delivery of a message.'],
  [m.taskChangedSignal, 'News from routing of a task.'],
  [
    m.endConversationSignal,
    'End the conversation; with `force` it is never refused. Safe for operators.',
  ],
  [m.sessionsMovedInSignal, "A merged customer's conversation hands its sessions over."],
] as const;

/**
 * Registers every signal, update and query. Handlers only push into the inbox; validators refuse by the same rules as `decide`
 * and leave no history. All are synchronous: an async validator would never refuse. What has not the shape of its name is passed over
 * (signals) or refused (updates) before that.
 */
export function listen(inbox: Inbox, run: () => ConversationRun | null): void {
  for (const [definition, description] of SIGNALS) {
    const { name } = definition as { readonly name: Inboxed['type'] };
    const hear = (payload: unknown) => {
      if (isShaped(payload, SIGNAL_SHAPES[name])) inbox.tell({ type: name, payload } as Inboxed);
      else log.warn('a signal that cannot be read is passed over', { signal: name });
    };
    setHandler(definition as never, hear as never, { description } as never);
  }

  listenToRequests(inbox, run);
  setHandler(m.mergeIntoUpdate, (request) => inbox.askMerge(request), {
    description: "Merge this customer's conversation into another customer's.",
    validator: (request) => refuseIf(whyUnreadable(request, MERGE_SHAPE)),
  });

  setHandler(m.getConversationQuery, () => run()?.view() ?? null, {
    description: 'The conversation as it stands.',
  });
  setHandler(m.getTimersQuery, () => run()?.view().timers ?? [], {
    description: 'Pending deadlines by name and due time.',
  });
  setHandler(m.explainQuery, () => explain(run()), { description: 'Why it stands as it does.' });
}

function listenToRequests(inbox: Inbox, run: () => ConversationRun | null): void {
  const on = <T extends Command>(
    definition: UpdateDefinition<m.Acted, [RequestOf<T>]>,
    type: T,
    description: string,
  ): void => {
    const eventOf = (request: RequestOf<T>) => ({ type, request }) as unknown as ConversationEvent; // paired by RequestOf
    setHandler(definition, (request) => inbox.ask(eventOf(request)), {
      description,
      validator: (request) =>
        refuseIf(
          whyUnreadable(request, REQUEST_SHAPES[type] ?? ANY_REQUEST) ??
            whyRefused(run(), eventOf(request)),
        ),
    });
  };
  on(m.sendMessageUpdate, 'sendMessage', 'An agent or bot writes.');
  on(m.holdUpdate, 'hold', 'Put the conversation on hold.');
  on(m.resumeUpdate, 'resume', 'End the hold.');
  on(m.requestAgentUpdate, 'requestAgent', 'Ask for a human.');
  on(m.cancelRequestUpdate, 'cancelRequest', 'Withdraw the request for a human.');
  on(m.transferUpdate, 'transfer', 'Transfer to a queue or an agent.');
  on(m.consultUpdate, 'consult', 'Consult a queue or an agent.');
  on(m.conferenceUpdate, 'conference', 'Bring somebody in.');
  on(m.cancelTransferUpdate, 'cancelTransfer', 'Withdraw a transfer, consult or conference.');
  on(m.wrapUpUpdate, 'wrapUp', 'Classify the conversation.');
  on(m.controlUpdate, 'control', 'Pass, offer, accept or release control.');
  on(m.joinAsUpdate, 'joinAs', 'An agent joins.');
  on(m.leaveUpdate, 'leave', 'An agent leaves.');
  on(m.changeRoleUpdate, 'changeRole', "Change an agent's role.");
  on(m.updateDataUpdate, 'updateData', 'Change conversation data.');
  on(m.endSessionUpdate, 'endSession', 'End a channel session.');
  on(m.closeListRequestUpdate, 'closeListRequest', 'Close the entry of a pull list.');
  on(m.addNoteUpdate, 'addNote', 'A note or whisper.');
  on(m.followUpUpdate, 'followUp', 'Staff reacts to, edits or deletes a message.');
  on(m.raiseHandUpdate, 'raiseHand', 'Raise or lower a hand.');
  on(m.answerSlaUpdate, 'answerSla', 'Answer an SLA prompt.');
  on(m.suggestUpdate, 'suggest', 'A bot suggests an answer.');
  on(m.answerSuggestionUpdate, 'answerSuggestion', 'Use, edit or drop a suggestion.');
}

/** What operators see in the Temporal Web UI. */
export function detailsOf(run: ConversationRun | null): string {
  return describe(run?.state ?? null, {
    waitingEntries: run?.archive.waitingEntries.length ?? 0,
    waitingSends: run?.outbox.carried.length ?? 0,
    hook: run?.hooks.runs ?? null,
  });
}

function whyRefused(run: ConversationRun | null, event: ConversationEvent): Refusal | null {
  if (!run)
    return { code: 'NOT_FOUND', detail: `no conversation is open in ${workflowInfo().workflowId}` };
  if (event.type === 'sendMessage' && run.archive.waitingBytes >= BACK_PRESSURE_BYTES)
    return {
      code: 'UNAVAILABLE',
      detail: 'the archive cannot be reached and too much waits for it',
    };
  if (leavesTrace(run.state, event)) return null; // refused by `decide`, which records the stale reply
  return whyNot(run.state, event, new Date(Date.now()).toISOString());
}

function whyUnreadable(request: unknown, shape: Shape): Refusal | null {
  return isShaped(request, shape) ? null : { code: 'VALIDATION_FAILED', detail: needs(shape) };
}

function refuseIf(refusal: Refusal | null): void {
  if (refusal) throw refused(refusal);
}

/** How a refusal crosses Temporal: the code as `type`, so that the API answers with it. */
export function refused(refusal: Refusal): ApplicationFailure {
  return ApplicationFailure.nonRetryable(refusal.detail, refusal.code);
}
