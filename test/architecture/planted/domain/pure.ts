import type { Body } from './schema';

export const twice = (body: Body) => body + body;
