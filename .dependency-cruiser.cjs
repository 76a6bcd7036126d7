// Who may import whom. Types pass where `asValue` is set.
const asValue = { dependencyTypesNot: ['type-only'] };
const rule = (name, from, to) => ({ name, severity: 'error', from, to });
const sandbox = { path: '^(workflows|bots)/', pathNot: '^bots/.*activities\\.ts$' };

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    rule('no-circular', {}, { circular: true }),
    rule('not-to-unresolvable', {}, { couldNotResolve: true }),
    rule(
      'domain-is-pure',
      { path: '^domain/', pathNot: '/(calendar|event-key)\\.ts$' },
      { pathNot: '^domain/|node_modules/zod/' },
    ),
    rule(
      'event-keys-are-hashes', // deterministic, so still pure
      { path: '^domain/.*event-key\\.ts$' },
      { pathNot: '^domain/|^(node:)?crypto$' },
    ),
    rule('sandbox-has-no-hashes', { path: '^(workflows|bots)/' }, { path: '/event-key\\.ts$' }),
    rule(
      'calendar-is-pure',
      { path: '^domain/.*calendar\\.ts$' },
      { pathNot: '^domain/|node_modules/(croner|temporal-polyfill)/' },
    ),
    rule(
      'zod-only-in-schemas',
      { path: '^domain/', pathNot: '/schema\\.ts$' },
      { path: '/schema\\.ts$|node_modules/zod/', ...asValue },
    ),
    rule('sandbox-sees-schemas-as-types', sandbox, { path: '/schema\\.ts$', ...asValue }),
    rule('sandbox-sees-only-the-workflow-sdk', sandbox, {
      pathNot: '^(workflows|bots|domain)/|node_modules/@temporalio/(workflow|common)/',
      ...asValue,
    }),
    rule(
      'workflow-code-is-never-a-value-outside',
      { path: '^(api|activities|connectors|infra|workers|scripts)/' },
      { path: '^workflows/', pathNot: '/(messages|search-attributes)\\.ts$', ...asValue },
    ),
    rule(
      'activities-get-their-collaborators',
      { path: ['^activities/', '^bots/.*activities\\.ts$'] },
      { path: '^(connectors|infra|api|workers|workflows)/', ...asValue },
    ),
    rule(
      'connectors-know-nothing-of-temporal',
      { path: '^connectors/' },
      { path: '^(api|activities|infra|workers|workflows|bots)/|node_modules/@temporalio/' },
    ),
    rule(
      'only-entry-points-compose',
      { path: '^api/', pathNot: '^api/server\\.ts$' },
      { path: '^(infra|connectors|activities|workers)/', ...asValue },
    ),
    rule(
      'infra-is-at-the-bottom',
      { path: '^infra/' },
      { path: '^(api|activities|connectors|workers|bots)/' },
    ),
    rule(
      'web-knows-the-server-by-type',
      { path: '^web/' },
      { path: '^(domain|workflows|bots|activities|connectors|api|workers|infra)/', ...asValue },
    ),
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: require.resolve('./tsconfig.json') },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
};
