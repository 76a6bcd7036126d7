import { used } from './half-used';

export const all = [used];
