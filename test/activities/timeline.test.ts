import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createOpeningActivities } from '../../activities/openings';
import { createTimelineActivities } from '../../activities/timeline';
import type { OpeningFacts } from '../../activities/types';
import { ArchiveError } from '../../domain/archive/archive-error';
import { ProblemError } from '../../domain/errors';
import type { ArchiveStore } from '../../infra/stores';
import { aBatch } from '../support/archive';

const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
const away = async () => {
  throw new ProblemError('UNAVAILABLE', 'away');
};

describe('createTimelineActivities', () => {
  const failing = (error: Error) => {
    const fail = () => Promise.reject(error);
    return createTimelineActivities({
      archive: { append: fail, verify: fail, findArchived: fail } satisfies ArchiveStore,
    });
  };
  const batch = aBatch('cnv_1', { entries: [] });

  it.each(['ArchiveConflict', 'StaleArchiveWrite'] as const)(
    'says %s once and for all',
    async (type) => {
      const { appendTimeline, verifyArchive } = failing(new ArchiveError(type, 'cnv_1', 4));
      const refused = { type, nonRetryable: true };
      await expect(environment.run(appendTimeline, batch)).rejects.toMatchObject(refused);
      await expect(environment.run(verifyArchive, batch)).rejects.toMatchObject(refused);
    },
  );

  it('lets an outage be tried again', async () => {
    const { appendTimeline } = failing(new ProblemError('UNAVAILABLE', 'away'));
    const refused = environment.run(appendTimeline, batch);
    await expect(refused).rejects.not.toBeInstanceOf(ApplicationFailure);
    await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('createOpeningActivities', () => {
  const previous = {
    conversationId: 'cnv_0',
    closedAt: '2026-11-22T10:00:00.000Z',
    data: { plan: 'gold' },
    lastAgentId: 'agt_1',
  };
  const standing = {
    id: 'cus_1',
    name: 'Ana',
    anonymous: false,
    labels: ['vip', 'old', 'gone'],
    mergedInto: null,
    liveIn: 'cus_2',
  };
  const labels = new Map([
    ['vip', { priority: 7 }],
    ['old', { priority: null }],
  ]);
  function activities(given: object = {}) {
    return createOpeningActivities({
      customers: { standing: async () => standing },
      conversations: { previousOf: async () => previous },
      config: {
        get: async (_resource, id) => (labels.get(id) ?? null) as never,
      },
      remembered: new Map<string, OpeningFacts>(),
      ...given,
    });
  }
  const facts = {
    customer: { id: 'cus_1', name: 'Ana', anonymous: false, labelPriority: 7 },
    mergedInto: null,
    liveIn: 'cus_2',
    previous,
  };

  it('answers who the customer is and what was before', async () => {
    expect(await environment.run(activities().loadOpening, { customerId: 'cus_1' })).toEqual(facts);
  });

  it('answers what it knew last while MongoDB is away, and waits where it knew nothing', async () => {
    const remembered = new Map<string, OpeningFacts>();
    await environment.run(activities({ remembered }).loadOpening, { customerId: 'cus_1' });
    const { loadOpening } = activities({ remembered, customers: { standing: away } });
    expect(await environment.run(loadOpening, { customerId: 'cus_1' })).toEqual(facts);
    await expect(environment.run(loadOpening, { customerId: 'cus_9' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('takes a customer without a record for a stranger', async () => {
    const { loadOpening } = activities({ customers: { standing: async () => null } });
    const stranger = { id: 'cus_9', name: null, anonymous: true, labelPriority: null };
    const found = await environment.run(loadOpening, { customerId: 'cus_9' });
    expect(found).toMatchObject({ customer: stranger });
  });
});
