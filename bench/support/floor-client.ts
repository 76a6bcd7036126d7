import { Client, Connection } from '@temporalio/client';
import type { Instance } from './instance';

/** The floor of every message: the client's own `signalWithStart` to a workflow that does nothing, or to another of the floors'. */
export interface FloorClient {
  readonly client: Client;
  signalWithStart(workflowId: string, argument: object, type?: string): Promise<void>;
  close(): Promise<void>;
}

export async function floorClient({
  temporalAddress,
}: Pick<Instance, 'temporalAddress'>): Promise<FloorClient> {
  const connection = await Connection.connect({ address: temporalAddress });
  const client = new Client({ connection });
  return {
    client,
    async signalWithStart(workflowId, argument, type = 'noOpWorkflow') {
      await client.workflow.signalWithStart(type, {
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
