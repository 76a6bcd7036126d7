import { collaborator } from '../activities';

export const all = [collaborator];
