import type { Screen } from './screen';

/** Milliseconds that one step may take before the demo gives up: patience for a machine that has other work. */
export const PATIENCE_MS = 60_000;

/** What the story is told with. */
export interface StoryOptions {
  readonly url: string;
  /** What provider signatures are computed over (PARLEY_PUBLIC_URL). */
  readonly publicUrl: string;
  readonly adminToken: string;
  /** Of the Temporal Web UI; null when unknown. */
  readonly temporalUi: string | null;
  readonly namespace: string;
  readonly channelId: string;
  readonly agentId: string;
  /** Port of the pretended Twilio. */
  readonly twilioPort: number;
  /** Milliseconds between two steps, for those who watch. */
  readonly pauseMs: number;
  readonly screen: Screen;
}
