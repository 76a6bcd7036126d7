import type { Routes } from '../api/routes';

export type All = [Routes];
