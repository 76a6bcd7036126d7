import type { HookReply, InboundEvent, Verdict } from '../connector';

/** Webchat has no webhook: visitors come with a session token. Every request is refused. */
export function verify(): Verdict {
  return { ok: false, status: 401, reason: 'no webhook' };
}

/** Never reached, since nothing verifies. */
export function parse(): readonly InboundEvent[] {
  return [];
}

export function reply(): HookReply {
  return { status: 401 };
}
