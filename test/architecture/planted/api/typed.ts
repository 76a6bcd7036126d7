import type { Connector } from '../connectors/chatty';
import type { Store } from '../infra/store';
import type { promisesWorkflow } from '../workflows/promises';

export type All = [Connector, Store, typeof promisesWorkflow];
