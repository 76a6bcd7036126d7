import { Circle, CircleCheck, CircleDashed, CirclePause } from 'lucide-react';

/** A shape per state, so that none is told by colour alone. */
export function StateIcon({ state }: { state: string }) {
  const props = { 'aria-hidden': true, size: 16, className: 'state-icon', 'data-state': state };
  if (state === 'READY' || state === 'ACTIVE') return <CircleCheck {...props} />;
  if (state === 'NOT_READY' || state === 'PENDING_NOT_READY') return <CirclePause {...props} />;
  return state === 'LOGOUT' ? <Circle {...props} /> : <CircleDashed {...props} />;
}
