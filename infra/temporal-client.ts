import { readFile } from 'node:fs/promises';
import { Client, type ClientOptions, Connection } from '@temporalio/client';
import type { TemporalConfig } from './config';

/** What `Connection.connect` and `NativeConnection.connect` both take. Reads the certificates. */
export async function temporalConnectionOptions({
  address,
  apiKey,
  tls,
}: TemporalConfig): Promise<{ address: string; apiKey?: string; tls?: TlsOptions }> {
  if (!tls) return { address, apiKey };
  const { certPath, keyPath, caPath, serverName } = tls;
  return {
    address,
    apiKey,
    tls: {
      serverNameOverride: serverName,
      serverRootCACertificate: caPath ? await readFile(caPath) : undefined,
      clientCertPair:
        certPath && keyPath
          ? { crt: await readFile(certPath), key: await readFile(keyPath) }
          : undefined,
    },
  };
}

/** One client on one connection; the caller closes it. Throws naming the address when nobody answers there. */
export async function connectTemporal(
  config: TemporalConfig,
  options: Pick<ClientOptions, 'dataConverter' | 'interceptors' | 'identity'> = {},
): Promise<{ readonly client: Client; readonly connection: Connection }> {
  const connection = await connectTo(config.address, async () =>
    Connection.connect(await temporalConnectionOptions(config)),
  );
  return {
    connection,
    client: new Client({ connection, namespace: config.namespace, ...options }),
  };
}

/** Runs `connect`; its failure names what could not be reached. */
export async function connectTo<T>(address: string, connect: () => Promise<T>): Promise<T> {
  try {
    return await connect();
  } catch (error) {
    throw new Error(`Temporal cannot be reached at ${address} (TEMPORAL_ADDRESS).`, {
      cause: error,
    });
  }
}

interface TlsOptions {
  readonly serverNameOverride?: string;
  readonly serverRootCACertificate?: Buffer;
  readonly clientCertPair?: { readonly crt: Buffer; readonly key: Buffer };
}
