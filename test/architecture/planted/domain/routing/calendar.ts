import { Temporal } from '@temporalio/common';

export const all = [Temporal];
