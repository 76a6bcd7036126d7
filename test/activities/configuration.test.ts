import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createConfigurationActivities } from '../../activities/configuration';
import { ProblemError } from '../../domain/errors';
import { Calendar, Queue } from '../../domain/routing/schema';
import type { StoredResource } from '../../infra/stores';
import { someSettings } from '../support/some-settings';

const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
const away = async () => {
  throw new ProblemError('UNAVAILABLE', 'away');
};
const MONDAY_NOON = '2026-11-23T12:00:00.000Z';
const MONDAY_NIGHT = '2026-11-23T22:00:00.000Z';

const objects: Readonly<Record<string, object>> = {
  'channels/day': { id: 'day', calendarId: 'day' },
  'channels/plain': { id: 'plain', calendarId: null },
  'channels/lost': { id: 'lost', calendarId: 'gone' },
  'queues/sales': Queue.parse({
    id: 'sales',
    mrdId: 'email',
    agentSlaSeconds: 60,
    agentSlaThresholds: [{ percent: 50, action: 'PROMPT' }],
  }),
  'queues/never': Queue.parse({ id: 'never', calendarId: 'never' }),
  'queues/always': Queue.parse({ id: 'always', calendarId: 'always' }),
  'calendars/day': Calendar.parse({
    id: 'day',
    timeZone: 'UTC',
    week: { MON: [{ from: '09:00', to: '17:00' }], TUE: [{ from: '09:00', to: '17:00' }] },
  }),
  'calendars/never': Calendar.parse({ id: 'never', timeZone: 'UTC' }),
  'calendars/always': Calendar.parse({
    id: 'always',
    timeZone: 'UTC',
    week: Object.fromEntries(
      ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'].map((day) => [
        day,
        [{ from: '00:00', to: '24:00' }],
      ]),
    ),
  }),
};
const nightly = { calendarId: 'day', opensAt: '2026-11-24T09:00:00.000Z' };
const { loadChannel, loadRequestFacts } = activities();

function activities(given: object = {}) {
  return createConfigurationActivities({
    config: {
      settings: async (channelId) => someSettings({ channelId }),
      get: async (resource, id) => (objects[`${resource}/${id}`] ?? null) as StoredResource | null,
      ...given,
    },
  });
}

describe('loadChannel', () => {
  it.each([
    ['open', 'day', MONDAY_NOON, null],
    ['closed', 'day', MONDAY_NIGHT, nightly],
    ['without a calendar', 'plain', MONDAY_NIGHT, null],
    ['with a calendar that is gone', 'lost', MONDAY_NIGHT, null],
  ])('of a channel that is %s', async (_how, channelId, at, outOfHours) => {
    expect(await environment.run(loadChannel, { channelId, at })).toEqual({
      settings: someSettings({ channelId }),
      outOfHours,
    });
  });

  it('gives up on a channel that is not there, not on one that cannot be read', async () => {
    const asked = { channelId: 'x', at: MONDAY_NOON };
    const none = activities({ settings: async () => null });
    await expect(environment.run(none.loadChannel, asked)).rejects.toMatchObject({
      type: 'NOT_FOUND',
      nonRetryable: true,
    });
    const unread = activities({ settings: away });
    await expect(environment.run(unread.loadChannel, asked)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });
});

describe('loadRequestFacts', () => {
  it("tells the queue's facts", async () => {
    const asked = { channelId: 'plain', queueId: 'sales', at: MONDAY_NOON };
    expect(await environment.run(loadRequestFacts, asked)).toEqual({
      queue: {
        agentSlaSeconds: 60,
        reservationSeconds: 20,
        mrdId: 'email',
        agentSlaThresholds: [{ percent: 50, action: 'PROMPT' }],
      },
      outOfHours: null,
    });
  });

  it.each([
    ["the queue's closed", 'plain', 'never', { calendarId: 'never', opensAt: null }],
    ["the queue's before the channel's: closed", 'day', 'never', { calendarId: 'never' }],
    ["the queue's before the channel's: open", 'day', 'always', null],
    ["the channel's for a queue without one", 'day', 'sales', nightly],
    ["the channel's for a queue that nobody knows", 'day', 'unknown', nightly],
    ["the channel's without a queue", 'day', null, nightly],
    ['none', 'plain', 'sales', null],
  ])('asks a calendar: %s', async (_which, channelId, queueId, expected) => {
    const asked = { channelId, queueId, at: MONDAY_NIGHT };
    const found = await environment.run(loadRequestFacts, asked);
    expect(found).toMatchObject({ outOfHours: expected });
  });

  it('leaves out what cannot be read just now', async () => {
    const unread = activities({ get: away });
    const asked = { channelId: 'day', queueId: 'never', at: MONDAY_NIGHT };
    expect(await environment.run(unread.loadRequestFacts, asked)).toEqual({
      queue: null,
      outOfHours: null,
    });
  });
});
