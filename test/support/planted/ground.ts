/** A Parley to plant something in: what of it is called how, and who may ask. */
export interface Ground {
  ask(
    method: string,
    path: string,
    given?: {
      /** Null: none. @default the administrator's */
      readonly token?: string | null;
      /** What is no string is sent as JSON. */
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<Response>;
  readonly channels: { readonly generic: string; readonly sms: string; readonly web: string };
  readonly twilio: { readonly authToken: string; readonly publicUrl: string; readonly to: string };
  readonly identitySecret: string;
  readonly queueId: string;
  readonly agentId: string;
  readonly agent: string;
  readonly connector: string;
}

/** Milliseconds: what is asked again comes in that time. */
const PATIENCE_MS = Number(process.env['PARLEY_TEST_PATIENCE'] ?? 120) * 1000;

/** The JSON of an answer that must be a success; asks again, as every client has to, while a part is away or too slow (503). */
export async function taken(
  ground: Ground,
  method: string,
  path: string,
  given: Parameters<Ground['ask']>[2] = {},
): Promise<Readonly<Record<string, unknown>>> {
  const patience = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ground.ask(method, path, given);
    const text = await answer.text();
    if (answer.status === 503 && Date.now() < patience) continue;
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  }
}
