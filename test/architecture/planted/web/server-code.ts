import { routes } from '../api/routes';

export const all = [routes];
