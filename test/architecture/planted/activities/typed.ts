import type { Store } from '../infra/store';

export type All = [Store];
