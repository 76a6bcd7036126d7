import { routes } from '../api/routes';

export const stored = [routes];
export interface Store {
  readonly name: string;
}
