import { currentLogFields, withLogFields } from '../../infra/log-fields';
import { createLogger } from '../../infra/logger';

function loggerTo(lines: Record<string, unknown>[]) {
  return createLogger({ logLevel: 'info' }, 'api', {
    write: (line: string) => void lines.push(JSON.parse(line)),
  });
}

describe('withLogFields', () => {
  it('adds its fields to every line of the work, also after a wait', async () => {
    const lines: Record<string, unknown>[] = [];
    const logger = loggerTo(lines);
    await withLogFields({ requestId: 'req_1' }, async () => {
      await Promise.resolve();
      logger.info({ channelId: 'wa' }, 'inside');
      withLogFields({ conversationId: 'cnv_1' }, () => logger.info('deeper'));
      logger.info('inside again');
    });
    logger.info('outside');
    expect(
      lines.map(({ requestId, conversationId, channelId }) => [
        requestId,
        conversationId,
        channelId,
      ]),
    ).toEqual([
      ['req_1', undefined, 'wa'],
      ['req_1', 'cnv_1', undefined],
      ['req_1', undefined, undefined],
      [undefined, undefined, undefined],
    ]);
  });

  it('keeps pieces of work that run side by side apart', async () => {
    const seen = await Promise.all(
      ['a', 'b'].map((requestId) =>
        withLogFields({ requestId }, async () => {
          await Promise.resolve();
          return currentLogFields()['requestId'];
        }),
      ),
    );
    expect(seen).toEqual(['a', 'b']);
  });

  it('shows no field that the list of fields does not allow, and a line says more than what is around it', () => {
    const lines: Record<string, unknown>[] = [];
    const logger = loggerTo(lines);
    withLogFields({ text: 'hello', conversationId: 'cnv_1' }, () =>
      logger.info({ conversationId: 'cnv_2' }, 'said'),
    );
    expect(lines).toMatchObject([{ conversationId: 'cnv_2' }]);
    expect(lines[0]).not.toHaveProperty('text');
  });
});
