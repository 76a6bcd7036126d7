import type { Context } from 'hono';
import { type AppEnv, principalOf } from '../context';

/** Who changes configuration, for the audit. */
export interface Editor {
  readonly actor: { readonly type: string; readonly id: string };
  readonly requestId: string;
}

/** The caller of a request, as the audit names them. */
export function editorOf(c: Context<AppEnv>): Editor {
  const { role, subject } = principalOf(c);
  return { actor: { type: role.toUpperCase(), id: subject }, requestId: c.get('requestId') };
}
