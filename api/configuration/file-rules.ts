import type { AnyConnector } from '../../connectors/connector';
import type { ConfigurationRules } from '../../infra/configuration-file';
import type { AuditLog } from '../../infra/stores';
import type { ConfigurationChecker } from './checker';
import { masked, secretPaths } from './secrets';

export interface FileRulesDeps {
  readonly checker: ConfigurationChecker;
  readonly connectors: ReadonlyMap<string, AnyConnector>;
  readonly audit: Pick<AuditLog, 'record'>;
}

/** parley.yaml under the same rules as requests: checked alike, and audited under the file's name. */
export function fileRules({ checker, connectors, audit }: FileRulesDeps): ConfigurationRules {
  return {
    ...checker,
    async saved(resource, before, after) {
      const mask = (object: Readonly<Record<string, unknown>>) =>
        masked(object, secretPaths(resource, object, connectors));
      await audit.record({
        actor: { type: 'FILE', id: 'parley.yaml' },
        action: before ? 'configuration.replaced' : 'configuration.created',
        target: `${resource}/${String(after['id'])}`,
        ...(before ? { before: mask(before) } : {}),
        after: mask(after),
      });
    },
  };
}
