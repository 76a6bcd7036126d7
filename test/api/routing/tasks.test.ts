import { ServiceError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { AppDeps } from '../../../api/context';
import type { RoutingEvent } from '../../../domain/routing/events';
import { waitEstimates } from '../../../domain/routing/wait';
import { testApi } from '../../support/api';
import { fakeStores } from '../../support/fakes/stores';
import { RoutingStory } from '../../support/routing';

/** Routing as the API reaches it: the real rules, and answers that get lost. */
let story = new RoutingStory();
let lost = 0;
const GRPC_DEADLINE_EXCEEDED = 4;
function lostAnswer() {
  const late = { code: GRPC_DEADLINE_EXCEEDED, details: '', metadata: {} };
  return new ServiceError('the answer is lost', { cause: Object.assign(new Error(), late) });
}
async function executeUpdate({ name }: { name: string }, { args }: { args: readonly [object] }) {
  const { result, refused } = story.take({ type: name, ...args[0] } as RoutingEvent);
  if (lost > 0) {
    lost -= 1;
    throw lostAnswer();
  }
  if (refused)
    throw new WorkflowUpdateFailedError(
      'refused',
      ApplicationFailure.nonRetryable(refused.detail, refused.code),
    );
  return result;
}
async function query(_definition: object, about: { taskIds: readonly string[] }) {
  if (lost > 0) throw lostAnswer();
  return waitEstimates(story.state, about, story.now);
}
const temporal = {
  withDeadline: (_deadline: number, call: () => unknown) => call(),
  workflow: { getHandle: () => ({ executeUpdate, query }) },
} as unknown as AppDeps['temporal'];

/** Tasks that are archived; routing has forgotten them. */
const tasks = {
  get: async (id: string) => (id === 'tsk_old' ? { id } : null),
  list: async () => ({ items: given, nextCursor: null }),
};
let given: readonly object[] = [];
const aTask = (id: string, change: object = {}) => ({
  id,
  media: [],
  attributes: {},
  requestedBy: null,
  state: 'ACTIVE',
  mediaState: 'QUEUED',
  queueId: 'support',
  ...change,
});
const api = testApi({ temporal, stores: fakeStores({ tasks } as never) });
const tokens: Record<string, string> = {};
beforeAll(async () => {
  for (const id of ['a1', 'a2']) {
    await api.stores.config.create('agents', { id });
    tokens[id] = await api.tokenFor('agent', id);
  }
});
beforeEach(() => {
  [story, lost] = [new RoutingStory().logsIn('a1'), 0];
});

async function answers(how: string, who: string, taskId: string, key?: string) {
  const headers: Record<string, string> =
    key === undefined ? {} : { 'idempotency-key': `${how}-${key}` };
  const token = tokens[who] ?? null;
  const answer = await api.call('POST', `/v1/tasks/${taskId}/${how}`, { token, headers });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe.each(['accept', 'decline'])('POST /v1/tasks/{id}/%s', (how) => {
  it('answers two tabs: one 200, one 409', async () => {
    const taskId = story.asks();
    const both = await Promise.all(['one', 'two'].map((key) => answers(how, 'a1', taskId, key)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('answers the winner as before, whose first answer was lost', async () => {
    const taskId = story.asks();
    lost = 2;
    expect((await answers(how, 'a1', taskId, 'once')).status).toBe(503);
    expect((await answers(how, 'a1', taskId, 'once')).status).toBe(503);
    const mended = await answers(how, 'a1', taskId, 'once');
    expect(mended).toMatchObject({ status: 200, body: { taskId, conversationId: 'cnv_1' } });
    expect(await answers(how, 'a1', taskId, 'once')).toEqual(mended);
    for (const [who, key] of [['a1'], ['a1', 'another'], ['a2', 'once'], ['a2']] as const)
      expect(await answers(how, who, taskId, key)).toMatchObject({
        status: 409,
        body: { code: 'CONFLICT' },
      });
  });

  it.each([
    ['rings at somebody else', (): string => story.asks(), 409, 'CONFLICT'],
    ['ended long ago', (): string => 'tsk_old', 409, 'CONFLICT'],
    ['never was', (): string => 'tsk_never', 404, 'NOT_FOUND'],
  ] as const)('refuses a task that %s', async (_what, task, status, code) => {
    expect(await answers(how, 'a2', task())).toMatchObject({ status, body: { code } });
  });
});

describe('GET /v1/tasks', () => {
  const listed = async (path = '/v1/tasks') => {
    const answer = await api.call('GET', path);
    const { items } = (await answer.json()) as { items: Record<string, unknown>[] };
    return items.map(({ position, ewtSeconds }) => [position, ewtSeconds]);
  };

  it('tells position and estimated wait of what waits in a queue', async () => {
    story.sets('a1', 'NOT_READY');
    const [first = '', second = ''] = [story.asks(), story.asks()];
    given = [
      aTask(second),
      aTask('tsk_done', { mediaState: 'CLOSED', state: 'CLOSED' }),
      aTask(first),
      aTask('tsk_not_yet_there'),
      aTask('tsk_named', { queueId: null, mediaState: 'RESERVED' }),
    ];
    const nothing = [null, null];
    const waits = [[2, 600], nothing, [1, 300], nothing, nothing];
    expect(await listed()).toEqual(waits);
    expect(await listed('/v1/agents/a1/tasks?state=QUEUED')).toEqual(waits);
  });

  it('does without them while routing is silent, and does not ask for nothing', async () => {
    lost = 1;
    given = [aTask('tsk_1')];
    expect(await listed()).toEqual([[null, null]]);
    given = [aTask('tsk_1', { mediaState: 'ACTIVE' })];
    expect(await listed()).toEqual([[null, null]]);
  });
});
