/** Bounds and fixed durations of one conversation (domain.md section 15). What a channel configures is in its settings. */

/** Present participants; customers' sessions count but are never refused (domain.md 4.1). */
export const PARTICIPANTS_MAX = 100;
export const OBSERVERS_MAX = 20;
/** What the state keeps of what is over; older ones are in MongoDB only (architecture.md decision 9). */
export const ENDED_SESSIONS_KEPT = 50;
export const GONE_PARTICIPANTS_KEPT = 50;
export const CLOSED_TASKS_KEPT = 20;
/** Newest media of one task: a session that starts and ends a thousand times must not fill it. */
export const TASK_MEDIA_KEPT = 50;
/** Newest entries without bodies, for `replyTo` and follow-ups. */
export const RECENT_ENTRIES_KEPT = 40;

export const DATA_KEYS_MAX = 50;
export const DATA_BYTES_MAX = 16_384;
export const DATA_TEXT_MAX = 2_000;
export const DATA_LIST_MAX = 50;
export const DATA_LIST_TEXT_MAX = 200;
export const CHANNEL_DATA_BYTES_MAX = 16_384;
export const SLOTS_MAX = 50;
export const SLOTS_BYTES_MAX = 16_384;
export const REMINDERS_MAX = 20;
/** Waits of one dialogue side by side: our own bound, since a `Promise.all` over a long list must not fill the state. */
export const DIALOGUE_WAITS_MAX = 100;
/** Scheduled messages and the bytes of their bodies: our own bounds, so that a run can be carried (architecture.md decision 9). */
export const SCHEDULED_MAX = 20;
export const SCHEDULED_BYTES_MAX = 65_536;
export const SUGGESTIONS_MAX = 10;
export const AVOIDED_AGENTS_MAX = 20;

export const NOTE_MAX = 32_000;
export const WRAP_UP_LABELS_MAX = 5;
export const WRAP_UP_NOTE_MAX = 2_000;

export const CONTROL_OFFER_SECONDS = 60;
export const HAND_RAISE_SECONDS = 30;
export const CLOSING_RETRY_SECONDS = 60;
export const LIST_REQUEST_TTL_SECONDS = 86_400;
/** Longest life that a channel may configure, and so the longest reminder. */
export const MAX_LIFE_SECONDS = 31_536_000;

/** domain.md 6.1 and 6.3: transfers, consults and conferences; requeues. */
export const TRANSFER_PRIORITY = 10;
export const REQUEUE_PRIORITY = 11;
