import { log } from '@temporalio/activity';

export const connector = { log };
export type Connector = typeof connector;
