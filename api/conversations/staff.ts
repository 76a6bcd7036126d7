import type { Context } from 'hono';
import { type AppEnv, principalOf } from '../context';
import type { StaffPrincipal } from '../principal';

/** The caller of a route that is for staff only. */
export function staffOf(c: Context<AppEnv>): StaffPrincipal {
  const principal = principalOf(c);
  // The role table keeps visitors out: the row and the route disagree.
  if (principal.role === 'customer') throw new Error('a visitor was let into a route for staff');
  return principal;
}
