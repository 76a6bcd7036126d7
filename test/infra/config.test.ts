import path from 'node:path';
import { ConfigError, loadConfig, loadSupervisorConfig } from '../../infra/config';

const complete = {
  TEMPORAL_ADDRESS: 'temporal:7233',
  MONGODB_URI: 'mongodb://mongo:27017/parley',
  PARLEY_ADMIN_TOKEN: 'a-token-of-enough-length',
  PARLEY_SECRET: 'first-secret-16-chars, second-secret-16-chars',
};

describe('loadConfig', () => {
  it('takes the documented defaults', () => {
    expect(loadConfig(complete)).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      metricsPort: 9464,
      dataDir: path.resolve('.parley'),
      erasureList: path.resolve('.parley/erasures.ndjson'),
      publicUrl: 'http://127.0.0.1:8080',
      configFile: path.resolve('parley.yaml'),
      secrets: ['first-secret-16-chars', 'second-secret-16-chars'],
      temporal: { address: 'temporal:7233', namespace: 'default' },
      payloadEncryption: false,
      logLevel: 'info',
      embedded: false,
    });
  });

  it('names every bad key, and no value', () => {
    const problems = problemsOf(() =>
      loadConfig({
        ...complete,
        PORT: '99999',
        LOG_LEVEL: 'loud',
        PARLEY_SECRET: 'tiny',
        MONGODB_URI: '',
        OIDC_ISSUER: 'https://issuer.example',
        OIDC_SCOPE: 'profile',
      }),
    );
    expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual([
      'LOG_LEVEL',
      'MONGODB_URI',
      'OIDC_AUDIENCE',
      'OIDC_SCOPE',
      'PARLEY_SECRET',
      'PORT',
    ]);
    expect(problems.join()).not.toContain('tiny');
    expect(problems).toContain('MONGODB_URI: is required');
  });

  it('sends people to an issuer only as a client that is named', () => {
    const oidc = { OIDC_ISSUER: 'https://issuer.example', OIDC_AUDIENCE: 'api' };
    expect(loadConfig({ ...complete, ...oidc }).oidc?.signIn).toBeUndefined();
    const named = loadConfig({ ...complete, ...oidc, OIDC_CLIENT_ID: 'pages' });
    expect(named.oidc?.signIn).toEqual({ clientId: 'pages', scope: 'openid profile' });
    expect(problemsOf(() => loadConfig({ ...complete, OIDC_CLIENT_ID: 'pages' }))).toEqual([
      'OIDC_ISSUER: is required because OIDC_CLIENT_ID is set',
    ]);
  });

  it.each([
    [{ TEMPORAL_API_KEY: 'key' }, {}],
    [{ TEMPORAL_TLS: 'on' }, {}],
    [{ TEMPORAL_TLS_CA_PATH: 'ca.pem' }, { caPath: 'ca.pem' }],
    [{ TEMPORAL_API_KEY: 'key', TEMPORAL_TLS: 'off' }, undefined],
    [{}, undefined],
  ])('derives TLS from %j', (env, tls) => {
    expect(loadConfig({ ...complete, ...env }).temporal.tls).toEqual(tls);
  });
});

describe('loadSupervisorConfig', () => {
  it('needs nothing', () => {
    const config = loadSupervisorConfig({ PARLEY_DATA_DIR: '/data' });
    expect(config.temporal.address).toBeUndefined();
    expect(config.embeddedServers).toMatchObject({
      temporalPort: 7233,
      mongodbPort: 27_017,
      durability: 'full',
      mongodPath: '/data/bin/mongod',
    });
  });
});

function problemsOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
