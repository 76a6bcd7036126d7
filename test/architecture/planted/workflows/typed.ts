import type { PlantedActivities } from '../activities';
import type { Body } from '../domain/schema';

export type All = [PlantedActivities, Body];
