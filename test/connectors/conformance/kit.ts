import type { TestDatabase } from '../../support/servers';
import { callsOnlySuite } from './calls-only';
import type { ConnectorDescription } from './description';
import { inboundSuite } from './inbound';
import { receiptSuite } from './receipts';
import { sampleSuite } from './samples';
import { sendSuite } from './sends';
import { verificationSuite } from './verification';

/**
 * What every connector must hold (connectors.md sections 1 and 13). Call it in a test file of your own, with a description of your
 * connector; it needs a MongoDB (`useDatabase()` of test/support/servers.ts) and nothing of the network.
 */
export function conformance(
  description: ConnectorDescription,
  database: () => Pick<TestDatabase, 'db'>,
): void {
  describe(`${description.connector.id} as ${description.channel.channelType}`, () => {
    sampleSuite(description);
    verificationSuite(description);
    inboundSuite(description);
    receiptSuite(description, database);
    if (description.counterpart) sendSuite(description, description.counterpart, database);
    else callsOnlySuite(description);
  });
}
