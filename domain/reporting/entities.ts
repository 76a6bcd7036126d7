/**
 * What is reported, with the columns of each entity in the order of exports (domain.md section 12). Times are ISO 8601 UTC, durations
 * whole seconds; null = did not happen.
 */
export const REPORT_COLUMNS = {
  conversation: written(
    'conversation_id customer_id customer_name direction state start_time end_time duration_seconds close_reason disposition',
    'previous_conversation_id first_channel_id bot_id message_count customer_message_count bot_message_count agent_message_count',
    'first_agent_response_seconds agent_count reopen_count',
  ),
  channel_session: written(
    'session_id conversation_id customer_id channel_id channel_type direction start_time end_time duration_seconds end_reason',
    'customer_message_count bot_message_count agent_message_count device browser country language channel_customer_identifier',
  ),
  agent_task: written(
    'task_id previous_task_id conversation_id channel_session_id agent_id queue_id list_id mrd_id direction mode routing_mode priority',
    'waiting_since queued_at reserved_at answered_at wrap_up_started_at ended_at close_reason close_detail',
    'queue_seconds alert_seconds talk_seconds wrap_up_seconds handle_seconds',
  ),
  conversation_participant: written(
    'conversation_id participant_id participant_type role joined_at left_at leave_reason',
  ),
  control_change: written('conversation_id epoch holder reason at'),
  agent_state: written('agent_id login_at state reason started_at duration_seconds'),
  agent_mrd_state: written('agent_id mrd_id login_at state reason started_at duration_seconds'),
  conversation_hold: written('conversation_id agent_id held_at resumed_at resume_cause'),
  wrap_up: written('conversation_id task_id agent_id category value note at'),
  conversation_data: written('conversation_id key value'),
  queue_interval: written(
    'queue_id interval_start offered answered abandoned rona no_agent flushed requeued cancelled',
    'offered_within answered_within abandoned_within rona_within service_level average_wait_seconds longest_wait_seconds',
  ),
  channel: configured(
    'channel_type service_identifier connector_id enabled routing_mode queue_id list_id bot_id',
  ),
  channel_type: configured('mrd_id'),
  queue: configured(
    'mrd_id priority paused agent_selection_policy reservation_seconds agent_sla_seconds',
    'service_level_type service_level_threshold_seconds service_level_clock',
  ),
  list: configured('mrd_id agent_sla_seconds request_ttl_seconds'),
  mrd: configured('max_tasks interruptible auto_sync on_interrupted'),
  agent: configured('username supervisor enabled'),
  team: configured(),
  team_member: configured('team_id agent_id'),
  bot: configured('kind enabled'),
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ReportEntity = keyof typeof REPORT_COLUMNS;
export const REPORT_ENTITIES = Object.keys(REPORT_COLUMNS) as readonly ReportEntity[];

/** One value of a row; lists are those of conversation data. */
export type ReportValue = string | number | boolean | readonly string[] | null;
/** A row by column name. Columns that are not set are null. */
export type ReportRow = Readonly<Record<string, ReportValue>>;

/** Rows that are written as things happen. */
function written(...columns: readonly string[]): readonly string[] {
  return [...words(columns), 'record_creation_time', 'updated_at'];
}

/** Configured objects: they stay when they are deleted. */
function configured(...columns: readonly string[]): readonly string[] {
  const own = ['id', 'name', ...words(columns)];
  return [...own, 'created_at', 'updated_at', 'is_deleted', 'record_creation_time'];
}

function words(columns: readonly string[]): readonly string[] {
  return columns.flatMap((some) => some.split(' '));
}
