import { DEFAULT_SERVICE_LEVEL, type ServiceLevel } from '../../domain/reporting/service-level';
import type { StoredResource } from '../stores';

/** How a configured queue measures its service level; null when there is no such queue. */
export function serviceLevelOf(queue: StoredResource | null): ServiceLevel | null {
  if (!queue) return null;
  const { serviceLevelType, serviceLevelThresholdSeconds, serviceLevelClock } = queue;
  // Parsed by its schema when it was saved.
  return {
    type: (serviceLevelType as ServiceLevel['type']) ?? DEFAULT_SERVICE_LEVEL.type,
    thresholdSeconds:
      (serviceLevelThresholdSeconds as number) ?? DEFAULT_SERVICE_LEVEL.thresholdSeconds,
    clock: (serviceLevelClock as ServiceLevel['clock']) ?? DEFAULT_SERVICE_LEVEL.clock,
  };
}
