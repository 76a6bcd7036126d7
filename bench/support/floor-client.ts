import { Client, Connection } from '@temporalio/client';
import type { Instance } from './instance';

/** The floor of every message: the client's own `signalWithStart` to a workflow that does nothing. */
export interface FloorClient {
  readonly client: Client;
  signalWithStart(workflowId: string, argument: object): Promise<void>;
  close(): Promise<void>;
}

export async function floorClient({ temporalAddress }: Instance): Promise<FloorClient> {
  const connection = await Connection.connect({ address: temporalAddress });
  const client = new Client({ connection });
  return {
    client,
    async signalWithStart(workflowId, argument) {
      await client.workflow.signalWithStart('noOpWorkflow', {
        taskQueue: 'bench-floor',
        workflowId,
        workflowIdConflictPolicy: 'USE_EXISTING',
        signal: 'message',
        signalArgs: [argument],
      });
    },
    close: () => connection.close(),
  };
}
