import { connector } from '../connectors/chatty';
import { promisesWorkflow } from '../workflows/promises';

export const all = [connector, promisesWorkflow];
