const STAGES: Readonly<Record<string, 'STARTED' | 'ENDED'>> = {
  queued: 'STARTED',
  initiated: 'STARTED',
  ringing: 'STARTED',
  'in-progress': 'STARTED',
  completed: 'ENDED',
  busy: 'ENDED',
  failed: 'ENDED',
  'no-answer': 'ENDED',
  canceled: 'ENDED',
};

/** What a `CallStatus` says of a leg: it is there, or it is over. Null for values that we do not know. */
export function stageOf(status: string | undefined): 'STARTED' | 'ENDED' | null {
  const known = status?.toLowerCase() ?? '';
  return Object.hasOwn(STAGES, known) ? (STAGES[known] ?? null) : null;
}

const HOLDS: Readonly<Record<string, 'HOLD' | 'RESUMED'>> = {
  'participant-hold': 'HOLD',
  'participant-unhold': 'RESUMED',
};

/** What an event of a conference says of a participant's leg; null where it says nothing that the leg's own status does not. */
export function holdOf(event: string): 'HOLD' | 'RESUMED' | null {
  return Object.hasOwn(HOLDS, event) ? (HOLDS[event] ?? null) : null;
}
