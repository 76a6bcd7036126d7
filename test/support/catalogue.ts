import type { AppDeps } from '../../api/context';
import { connectorOf, PROVIDERS } from '../../connectors';

/** The connectors of the product, as the entry point hands them to the API. */
export function catalogue(): Pick<AppDeps, 'connectors' | 'providers'> {
  const connectors = PROVIDERS.flatMap(({ id }) => {
    const connector = connectorOf(id);
    return connector ? [[id, connector] as const] : [];
  });
  return { connectors: new Map(connectors), providers: PROVIDERS };
}
