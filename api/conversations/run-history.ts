import { type Client, isGrpcServiceError } from '@temporalio/client';
import { type LoadedDataConverter, type Payload, WorkflowNotFoundError } from '@temporalio/common';
import type { EndConversation } from '../../domain/conversation/acts';
import type { CustomerMessage } from '../../domain/conversation/channel-events';
import {
  customerMessageSignal,
  endConversationSignal,
} from '../../workflows/conversation/messages';

/** What the history of a conversation's latest run tells about a run that does not answer any more. */
export interface RunHistory {
  /** The newest order to end this conversation that no workflow task has taken since; null when the run heard it, or there is none. */
  unheardOrder(
    workflowId: string,
    conversationId: string,
  ): Promise<{ readonly since: Date; readonly runId: string } | null>;
  /** What the customer said in the latest run, oldest first, taken or not. */
  customerMessages(workflowId: string): Promise<readonly CustomerMessage[]>;
}

/** Events looked at per call: in a run that is well the newest few decide. */
const PAGE = 100;
/** Number of EVENT_TYPE_WORKFLOW_TASK_COMPLETED in temporal.api.enums.v1: naming the enum would pull in the protobuf root. */
const TASK_COMPLETED = 7;
/** gRPC status. */
const NOT_FOUND = 5;

export function createRunHistory(temporal: Client): RunHistory {
  async function* backwards(workflowId: string) {
    let nextPageToken: Uint8Array | undefined;
    do {
      const page = await temporal.workflowService.getWorkflowExecutionHistoryReverse({
        namespace: temporal.options.namespace,
        execution: { workflowId },
        maximumPageSize: PAGE,
        ...(nextPageToken ? { nextPageToken } : {}),
      });
      yield* page.history?.events ?? [];
      nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
    } while (nextPageToken);
  }

  return {
    async unheardOrder(workflowId, conversationId) {
      const description = await temporal.workflow
        .getHandle(workflowId)
        .describe()
        .catch((error: unknown) => {
          if (error instanceof WorkflowNotFoundError) return null;
          throw error;
        });
      if (description?.status.name !== 'RUNNING') return null;
      let oldest: Date | null = null;
      for await (const event of backwards(workflowId)) {
        // Whatever came before this was taken: tasks are done in order.
        if (event.eventType === TASK_COMPLETED) break;
        const signal = event.workflowExecutionSignaledEventAttributes;
        if (signal?.signalName !== endConversationSignal.name) continue;
        const [order] = await decoded<EndConversation>(
          temporal.options.loadedDataConverter,
          signal.input?.payloads,
        );
        if (order?.conversationId === conversationId) oldest = dateOf(event.eventTime);
      }
      return oldest && { since: oldest, runId: description.runId };
    },

    async customerMessages(workflowId) {
      const messages: CustomerMessage[] = [];
      try {
        for await (const event of backwards(workflowId)) {
          const signal = event.workflowExecutionSignaledEventAttributes;
          if (signal?.signalName !== customerMessageSignal.name) continue;
          const [message] = await decoded<CustomerMessage>(
            temporal.options.loadedDataConverter,
            signal.input?.payloads,
          );
          if (message) messages.push(message);
        }
      } catch (error) {
        // The history is past its retention: everything in it was archived long ago.
        if (!isGrpcServiceError(error) || error.code !== NOT_FOUND) throw error;
      }
      return messages.reverse();
    },
  };
}

async function decoded<T>(
  { payloadCodecs, payloadConverter }: LoadedDataConverter,
  payloads: readonly Payload[] | null | undefined,
): Promise<readonly T[]> {
  let clear = [...(payloads ?? [])];
  for (const codec of [...payloadCodecs].reverse()) clear = await codec.decode(clear);
  return clear.map((payload) => payloadConverter.fromPayload<T>(payload));
}

/** A protobuf timestamp; its seconds are a Long or a number. */
function dateOf(
  time: { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined,
): Date {
  return new Date(Number(String(time?.seconds ?? 0)) * 1000 + Math.floor((time?.nanos ?? 0) / 1e6));
}
