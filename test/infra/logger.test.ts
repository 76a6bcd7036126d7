import { createLogger, scrub } from '../../infra/logger';

describe('createLogger', () => {
  function logged(act: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown> {
    let line = '';
    const write = (text: string) => {
      line = text;
    };
    act(createLogger({ logLevel: 'debug' }, 'test', { write }));
    return JSON.parse(line);
  }

  it('keeps listed fields and drops all others', () => {
    const line = logged((logger) =>
      logger.info(
        { channelId: 'wa', count: 3, body: 'secret words', token: 'abc', headers: { a: 1 } },
        'sent',
      ),
    );
    expect(line).toMatchObject({ component: 'test', channelId: 'wa', count: 3, msg: 'sent' });
    expect(JSON.stringify(line)).not.toMatch(/secret words|abc|headers/);
  });

  it('scrubs what an error quotes, down its causes', () => {
    const cause = new Error('POST /bot123456:AAE-x_y/send for +1 555 000 2222 failed');
    const line = logged((logger) =>
      logger.error({ err: new Error('ana@example.com bounced', { cause }) }, 'no'),
    );
    expect(JSON.stringify(line)).not.toMatch(/ana@|555|AAE/);
    expect(line['err']).toMatchObject({ message: '[address] bounced', cause: { type: 'Error' } });
  });
});

describe('scrub', () => {
  it.each([
    [
      'E11000 duplicate key error collection: parley.identities index: _id_ dup key: { _id: { namespace: "n", externalId: "Ana}x" } }',
      'E11000 duplicate key error collection: parley.identities index: _id_ dup key: [values]',
    ],
    [`Unexpected token 'h', "hello Ana" is not valid JSON`, '[text] is not valid JSON'],
    [`Unexpected token 'h', "{"a": hello Ana "... is not valid JSON`, '[text] is not valid JSON'],
    ['call +15550002222 now', 'call [number] now'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [token]'],
    ['mongodb://user:pass@host/db', 'mongodb://[credentials]@host/db'],
    ['connect ECONNREFUSED 127.0.0.1:7233', 'connect ECONNREFUSED 127.0.0.1:7233'],
    ['due at 2026-11-22T10:00:00.000Z', 'due at 2026-11-22T10:00:00.000Z'],
    ['conversation cnv_01JABCDEF1234567', 'conversation cnv_01JABCDEF1234567'],
  ])('%s', (text, expected) => {
    expect(scrub(text)).toBe(expected);
  });
});
