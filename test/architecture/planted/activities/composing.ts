import { stored } from '../infra/store';

export const all = [stored];
