import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createPrivacyActivities, type PrivacyDeps } from '../../activities/privacy';
import type { ForgottenRuns } from '../../infra/customer-runs';
import type { ErasableConversation } from '../../infra/stores/privacy';

const job = { jobId: 'job_1', customerId: 'cus_1' };

/** A customer's conversations, and what is done to them and their files, in order. */
function anInstallation(conversations: ErasableConversation[], erasedAlready = false) {
  const done: string[] = [];
  /** Whether workflows have ended, so that their histories go; and with whose keys besides their own. */
  const forgets = { now: true, besides: [] as readonly string[] };
  const note =
    <T>(what: string, answer?: T) =>
    async (...given: unknown[]) => {
      done.push([what, ...given.filter((each) => typeof each === 'string')].join(' '));
      return answer as T;
    };
  const deps = {
    erasure: {
      conversations: async () => conversations,
      blankConversation: note('blank', { mediaMessages: [] }),
      settleConversation: note('settle'),
      closeOrphan: note('closeOrphan'),
      blankTraces: note('blankTraces'),
      everyIdOf: async () => ['cus_1'],
      workflowsOf: async () => ['closing:cnv_99'],
      uploads: async () => [],
      isErased: async () => erasedAlready,
    },
    runs: {
      end: note('end', true),
      forget: async (_ids: readonly string[], besides: readonly string[]) => {
        forgets.besides = besides;
        return forgets.now ? { kept: ['run_1'], deleted: ['run_2'] } : null;
      },
    },
    dataKeys: { destroy: async (scopes: readonly string[]) => void done.push(`destroy ${scopes}`) },
    customers: { get: async () => null },
    media: { put: async () => ({ mediaId: 'med_1' }), remove: note('remove') },
    jobs: {
      noteHistories: async (id: string, { kept, deleted }: ForgottenRuns) =>
        void done.push(`note ${id} ${kept} ${deleted}`),
      complete: async (id: string, mediaId: string | null) =>
        void done.push(`complete ${id} ${mediaId}`),
    },
  };
  const activities = createPrivacyActivities(deps as unknown as PrivacyDeps);
  const run = (name: 'finishErasure' | 'exportCustomer' | 'blankNext') =>
    new MockActivityEnvironment().run(activities[name] as (input: object) => Promise<unknown>, {
      ...job,
      after: null,
    });
  return { done, run, forgets };
}
const aConversation = (id: string, given: Partial<ErasableConversation> = {}) => ({
  ...{ id, workflowIds: [`conversation:${id}`], closed: true, erased: true },
  ...given,
});

const noted = 'note job_1 run_1 run_2';

it('takes with it what was written while the job ran, before it calls the job done', async () => {
  const conversations = [
    aConversation('cnv_1'),
    aConversation('cnv_2', { erased: false }),
    aConversation('cnv_3', { erased: false, closed: false }),
  ];
  const { done, run, forgets } = anInstallation(conversations);
  const again = await run('finishErasure').catch((error: unknown) => error);
  expect(again).toBeInstanceOf(ApplicationFailure);
  expect(again).toMatchObject({ type: 'Running', nonRetryable: false });
  expect(done).toEqual([
    ...['blank cnv_2', 'destroy conversation:cnv_2', noted, 'settle cnv_2'],
    'end cnv_3',
  ]);

  done.length = 0;
  conversations[1] = aConversation('cnv_2');
  conversations[2] = aConversation('cnv_3', { erased: false });
  await run('finishErasure');
  expect(done).toEqual([
    ...['blank cnv_3', 'destroy conversation:cnv_3', noted, 'settle cnv_3'],
    // What arrived and became no conversation.
    ...['destroy conversation:cus_1,merge:cus_1', noted],
    ...['blankTraces cus_1', 'complete job_1 null'],
  ]);
  // There may be more of them than are looked at in one step: all their keys go.
  expect(forgets.besides).toEqual(['closing:cnv_99']);
});

it('ends what began in the workflow whose history is to go, and does not wait until it ends by itself', async () => {
  const conversations = [
    aConversation('cnv_1', { erased: false }),
    aConversation('cnv_2', { erased: false, closed: false }),
  ];
  const { done, run, forgets } = anInstallation(conversations);
  forgets.now = false;
  const again = await run('blankNext').catch((error: unknown) => error);
  expect(again).toMatchObject({ type: 'Running', nonRetryable: false });
  expect(done).toEqual(['blank cnv_1', 'blank cnv_2', 'end cnv_2']);

  done.length = 0;
  forgets.now = true;
  conversations[1] = aConversation('cnv_2', { erased: false });
  expect(await run('blankNext')).toBeNull();
  expect(done).toEqual([
    ...['blank cnv_1', 'blank cnv_2', 'destroy conversation:cnv_1,conversation:cnv_2', noted],
    ...['settle cnv_1', 'settle cnv_2'],
  ]);
});

it.each([
  [false, ['complete job_1 med_1']],
  [true, ['remove med_1', 'complete job_1 null']],
])('keeps an export unless the customer was erased meanwhile (%s)', async (erased, expected) => {
  const { done, run } = anInstallation([], erased);
  await run('exportCustomer');
  expect(done).toEqual(expected);
});
