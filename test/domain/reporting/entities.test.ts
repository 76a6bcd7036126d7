import {
  REPORT_COLUMNS,
  REPORT_ENTITIES,
  type ReportEntity,
} from '../../../domain/reporting/entities';

/** domain.md section 12, table of entities; every row has `record_creation_time` and `updated_at` besides. */
const WRITTEN: Readonly<Partial<Record<ReportEntity, string>>> = {
  conversation:
    'conversation_id, customer_id, customer_name, direction, state, start_time, end_time, duration_seconds, close_reason, disposition, previous_conversation_id, first_channel_id, bot_id, message_count, customer_message_count, bot_message_count, agent_message_count, first_agent_response_seconds, agent_count, reopen_count',
  channel_session:
    'session_id, conversation_id, customer_id, channel_id, channel_type, direction, start_time, end_time, duration_seconds, end_reason, customer_message_count, bot_message_count, agent_message_count, device, browser, country, language, channel_customer_identifier',
  agent_task:
    'task_id, previous_task_id, conversation_id, channel_session_id, agent_id, queue_id, list_id, mrd_id, direction, mode, routing_mode, priority, waiting_since, queued_at, reserved_at, answered_at, wrap_up_started_at, ended_at, close_reason, close_detail, queue_seconds, alert_seconds, talk_seconds, wrap_up_seconds, handle_seconds',
  conversation_participant:
    'conversation_id, participant_id, participant_type, role, joined_at, left_at, leave_reason',
  control_change: 'conversation_id, epoch, holder, reason, at',
  agent_state: 'agent_id, login_at, state, reason, started_at, duration_seconds',
  agent_mrd_state: 'agent_id, mrd_id, login_at, state, reason, started_at, duration_seconds',
  conversation_hold: 'conversation_id, agent_id, held_at, resumed_at, resume_cause',
  wrap_up: 'conversation_id, task_id, agent_id, category, value, note, at',
  conversation_data: 'conversation_id, key, value',
  queue_interval:
    'queue_id, interval_start, offered, answered, abandoned, rona, no_agent, flushed, requeued, cancelled, offered_within, answered_within, abandoned_within, rona_within, service_level, average_wait_seconds, longest_wait_seconds',
};
const CONFIGURED: readonly ReportEntity[] = [
  'channel',
  'channel_type',
  'queue',
  'list',
  'mrd',
  'agent',
  'team',
  'team_member',
  'bot',
];

describe('REPORT_COLUMNS', () => {
  it.each(Object.entries(WRITTEN) as [ReportEntity, string][])('%s', (entity, columns) => {
    expect(REPORT_COLUMNS[entity]).toEqual([
      ...columns.split(', '),
      'record_creation_time',
      'updated_at',
    ]);
  });

  it.each(CONFIGURED)('%s', (entity) => {
    const columns: readonly string[] = REPORT_COLUMNS[entity];
    expect(columns.slice(0, 2)).toEqual(['id', 'name']);
    expect(columns.slice(-4)).toEqual([
      'created_at',
      'updated_at',
      'is_deleted',
      'record_creation_time',
    ]);
    expect(new Set(columns).size).toBe(columns.length);
  });

  it('is of these entities and no others', () => {
    expect([...REPORT_ENTITIES].sort()).toEqual([...Object.keys(WRITTEN), ...CONFIGURED].sort());
  });
});
