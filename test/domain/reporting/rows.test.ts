import type { PendingEntry } from '../../../domain/conversation/model';
import { REPORT_COLUMNS } from '../../../domain/reporting/entities';
import { type RowChange, rowsOf } from '../../../domain/reporting/rows';
import {
  aCreatedStory,
  anActiveStory,
  CONVERSATION_ID,
  type Story,
  someSettings,
} from '../../support/conversations';

const ids = { conversationId: CONVERSATION_ID, customerId: 'cus_1' };
const rows = (story: Story) => rowsOf({ ...ids, entries: story.pending });
const of = (changes: readonly RowChange[], entity: RowChange['entity']) =>
  changes.filter((change) => change.entity === entity).map(({ set }) => set);
const withWrapUp = someSettings({ wrapUp: { enabled: true, seconds: 60, formId: null } });

/** Bot, request, offer, accept, hold, wrap-up, close. */
function aWholeStory(): Story {
  const story = aCreatedStory(withWrapUp);
  story.botSays('Hello');
  story.wait(10).findAgent();
  story.wait(20).rings('a1');
  story.wait(5).accepts('a1');
  story.wait(7).agentSays('a1');
  story.wait(3).holds('a1', 300);
  story.wait(60).resumes('a1');
  story.wait(15).wrapsUp('a1');
  story.customerWrites('Thanks');
  story.endSession();
  story.wait(30).wrapsUp('a1');
  return story.closes();
}

describe('rowsOf', () => {
  it('tells a whole conversation, each row once', () => {
    const story = aWholeStory();
    const changes = rows(story);
    const keys = changes.map(({ entity, id }) => `${entity}:${id}`);
    expect(new Set(keys).size).toBe(keys.length);

    expect(of(changes, 'channel_session')).toMatchObject([
      {
        session_id: story.session().id,
        conversation_id: CONVERSATION_ID,
        customer_id: 'cus_1',
        channel_id: 'web',
        duration_seconds: 120,
        end_reason: 'CUSTOMER',
        customer_message_count: 2,
        bot_message_count: 1,
        agent_message_count: 1,
        channel_customer_identifier: 'visitor',
      },
    ]);
    expect(of(changes, 'agent_task')).toMatchObject([
      {
        task_id: story.task(1).id,
        channel_session_id: story.session().id,
        agent_id: 'a1',
        queue_id: 'support',
        direction: 'INBOUND',
        mode: 'QUEUE',
        close_reason: 'DONE',
        queue_seconds: 20,
        alert_seconds: 5,
        talk_seconds: 85,
        wrap_up_seconds: 30,
        handle_seconds: 115,
      },
    ]);
    expect(
      of(changes, 'conversation_participant').map((row) => [
        row['participant_type'],
        row['participant_id'],
        row['role'],
        row['leave_reason'],
      ]),
    ).toEqual([
      ['CUSTOMER', story.session().id, 'CUSTOMER', 'CUSTOMER_LEFT'],
      ['BOT', 'greeter', 'ASSISTANT', 'CONVERSATION_ENDED'],
      ['AGENT', 'a1', 'WRAP_UP', 'WRAP_UP_DONE'],
    ]);
    expect(of(changes, 'control_change')).toMatchObject([
      { epoch: 2, holder: 'AGENTS', reason: 'AGENT_JOINED' },
    ]);
    expect(of(changes, 'conversation_hold')).toEqual([
      {
        conversation_id: CONVERSATION_ID,
        agent_id: 'a1',
        held_at: '2026-03-02T10:00:45.000Z',
        resumed_at: '2026-03-02T10:01:45.000Z',
        resume_cause: 'AGENT',
      },
    ]);
    expect(of(changes, 'wrap_up')).toMatchObject([
      { agent_id: 'a1', task_id: story.task(1).id, category: 'Topic', value: 'Billing' },
      { agent_id: 'a1', at: '2026-03-02T10:02:30.000Z' },
    ]);
  });

  it('sets columns of its entity alone', () => {
    for (const { entity, set } of rows(aWholeStory()))
      expect(REPORT_COLUMNS[entity] as readonly string[]).toEqual(
        expect.arrayContaining(Object.keys(set)),
      );
  });

  it('gives the same rows however the entries are cut into batches', () => {
    const { pending } = aWholeStory();
    const whole = asTable(rowsOf({ ...ids, entries: pending }));
    for (const size of [1, 2, 5, 7])
      expect(
        asTable(batches(pending, size).flatMap((entries) => rowsOf({ ...ids, entries }))),
      ).toEqual(whole);
  });

  it('keeps a task that the state has forgotten', () => {
    const story = aCreatedStory();
    story.findAgent();
    for (let n = 0; n < 30; n += 1) {
      story.rings('a1');
      story.routing({
        type: 'CLOSED',
        reason: 'RONA',
        detail: 'TIMEOUT',
        requeuedAs: `tsk_again-${n}`,
      });
    }
    expect(story.state.tasks.length).toBeLessThan(30);
    expect(of(rows(story), 'agent_task')).toHaveLength(31);
  });

  it('has nothing for messages', () => {
    const story = anActiveStory();
    const before = story.pending.length;
    story.agentSays('a1');
    story.customerWrites();
    story.request('addNote', {
      actor: { type: 'AGENT', id: 'a1', name: 'a1' },
      kind: 'NOTE',
      text: 'x',
    });
    const entries = story.pending.slice(before);
    expect(entries.length).toBeGreaterThanOrEqual(2);
    expect(rowsOf({ ...ids, entries })).toEqual([]);
  });

  it('makes a row per stay', () => {
    const story = anActiveStory();
    story.wait(10).leaves('a1');
    story.wait(10).joins('a1');
    const stays = of(rows(story), 'conversation_participant').filter(
      (row) => row['participant_id'] === 'a1',
    );
    expect(stays).toMatchObject([{ leave_reason: 'SELF' }, { left_at: null }]);
  });

  it('keeps two stays apart that begin in one millisecond', () => {
    const story = anActiveStory();
    for (const _return of [1, 2]) {
      story.leaves('a1');
      story.joins('a1');
    }
    const stays = of(rows(story), 'conversation_participant').filter(
      (row) => row['participant_id'] === 'a1',
    );
    expect(stays.map((row) => row['leave_reason'])).toEqual(['SELF', 'SELF', null]);
  });

  it('gives tasks that nobody queued no times of a queue', () => {
    const story = aCreatedStory();
    story.wait(5).joins('a1');
    expect(of(rows(story), 'agent_task')).toMatchObject([
      {
        routing_mode: 'PULL',
        queued_at: null,
        reserved_at: null,
        queue_seconds: null,
        alert_seconds: null,
      },
    ]);
    expect(rows(story).find(({ entity }) => entity === 'agent_task')?.at).toBe(story.now);
  });

  it('takes what a browser said for language, and no objects', () => {
    const story = aCreatedStory();
    story.startSession(
      {
        channelData: { browser: 'Chrome', locale: 'ur-PK', country: { code: 'PK' } },
        channelId: 'second',
      },
      someSettings({ channelId: 'second' }),
    );
    expect(of(rows(story), 'channel_session').at(-1)).toMatchObject({
      browser: 'Chrome',
      language: 'ur-PK',
      country: null,
      device: null,
    });
  });

  it('tells of a hold once, however often it is extended', () => {
    const story = anActiveStory();
    story.holds('a1', 100);
    story.wait(50).holds('a1', 100);
    story.wait(100);
    expect(of(rows(story), 'conversation_hold')).toMatchObject([
      { agent_id: 'a1', resume_cause: 'EXPIRED' },
    ]);
  });
});

function batches(entries: readonly PendingEntry[], size: number): (readonly PendingEntry[])[] {
  return entries.flatMap((_, n) => (n % size === 0 ? [entries.slice(n, n + size)] : []));
}

/** Rows as a store keeps them after all changes. */
function asTable(changes: readonly RowChange[]) {
  const table = new Map<string, object>();
  for (const { entity, id, at, set } of changes) {
    const key = `${entity}:${id}`;
    table.set(key, { ...table.get(key), at, ...set });
  }
  return table;
}
