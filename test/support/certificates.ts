import { generate } from 'selfsigned';

/** A certificate for a host name, and its key, both PEM. It signs itself: given as `ca` it is trusted. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Good from now for a year, or for another span of time. */
export async function certificateFor(
  host: string,
  span: { readonly notBeforeDate?: Date; readonly notAfterDate?: Date } = {},
): Promise<Certificate> {
  const names = [{ type: 2 as const, value: host }];
  const { cert, private: key } = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: names }],
    ...span,
  });
  return { cert, key };
}
