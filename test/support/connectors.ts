import type { AnyConnector } from '../../connectors/connector';

/** Profiles of one provider share its folder. */
const SHARED: Readonly<Record<string, string>> = {
  'whatsapp-cloud': 'whatsapp',
  '360dialog': 'whatsapp',
  messenger: 'messenger',
  instagram: 'messenger',
};

/** A connector's attributes as the store of configurations hands them out. */
export function readAttributes(connector: AnyConnector, attributes: unknown) {
  const { success, data } = connector.configSchema.safeParse(attributes);
  return {
    cfg: (success ? data : attributes) as Readonly<Record<string, unknown>>,
    valid: success,
  };
}

/** The folder in connectors/ that serves a provider. */
export function folderOf(providerId: string): string {
  return SHARED[providerId] ?? providerId;
}
