import { ConnectorError } from '../../domain/errors';
import type { SendResult } from '../connector';

/** Never called: the timeline entry is the delivery (architecture.md decision 7). Always throws. */
export async function send(): Promise<SendResult> {
  throw new ConnectorError('Rejected', 'webchat delivers by its stream', { reason: 'stream' });
}
