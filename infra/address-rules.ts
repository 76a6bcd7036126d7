import { BlockList, isIP, isIPv4 } from 'node:net';

/** Ranges of IPv4 that nothing outside may be made to reach (reliability.md 10; IANA special-purpose registry). */
const REFUSED_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** Of IPv6 only global unicast is reached, and of that not what holds an IPv4 address or is for documentation. */
const GLOBAL_V6 = '2000::/3';
const REFUSED_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const refusedV4 = blockListOf(REFUSED_V4);
const globalV6 = blockListOf([GLOBAL_V6]);
const refusedV6 = blockListOf(REFUSED_V6);

/** Whether an address is one of the public internet. Anything that is no plain address is not. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !refusedV4.check(address, 'ipv4');
  if (version !== 6 || address.includes('%')) return false;
  return globalV6.check(address, 'ipv6') && !refusedV6.check(address, 'ipv6');
}

/**
 * What may be reached although private (PARLEY_ALLOWED_PRIVATE_HOSTS): `name`, `address` or `range/bits`, at every port; `name:port` or
 * `1.2.3.4:port`, at that port alone.
 */
export class AllowedHosts {
  readonly #names: ReadonlySet<string>;
  readonly #ranges: BlockList;
  constructor(entries: readonly string[]) {
    const plain = entries.map((entry) =>
      entry
        .trim()
        .toLowerCase()
        .replace(/^\[|\]$/g, ''),
    );
    this.#names = new Set(plain.filter((entry) => entry !== '' && !entry.includes('/')));
    this.#ranges = blockListOf(plain.filter((entry) => entry.includes('/') || isIP(entry) !== 0));
  }

  /** The host that a URL names. */
  hasHostOf({ hostname, port, protocol }: URL): boolean {
    const name = hostname.replace(/^\[|\]$/g, '').toLowerCase();
    const at = `${name}:${port || (protocol === 'https:' ? 443 : 80)}`;
    return (
      this.#names.has(name) || this.#names.has(at) || (isIP(name) !== 0 && this.hasAddress(name))
    );
  }

  hasAddress(address: string): boolean {
    return isIP(address) !== 0 && this.#ranges.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  }
}

/** Throws when an entry is no address and no range. */
function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
