import { isIP } from 'node:net';
import { isPublicAddress } from './address-rules';

/** Why no provider could call us at `PARLEY_PUBLIC_URL`, for people; null when one may. Names are not resolved. */
export function whyNotReachable(publicUrl: string): string | null {
  const { protocol, hostname } = new URL(publicUrl);
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const isLocal =
    isIP(host) === 0
      ? !host.includes('.') || /(^|\.)(localhost|local|internal)$/.test(host)
      : !isPublicAddress(host);
  if (isLocal) return `PARLEY_PUBLIC_URL names ${host}, where no provider can call`;
  return protocol === 'https:' ? null : 'PARLEY_PUBLIC_URL is not https: providers call no other';
}
