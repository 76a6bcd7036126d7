import type { Payload, PayloadCodec } from '@temporalio/common';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import { cors } from 'hono/cors';
import { z } from 'zod';
import { ProblemError } from '../../domain/errors';
import type { Authenticator } from '../authenticator';
import type { ApiLogger, AppEnv } from '../context';
import { faultsOf, invalid, problemAnswer } from '../errors';
import { requestId } from '../middleware/request-id';
import { OWN_FILES_ONLY, securityHeaders } from '../middleware/security-headers';
import { signedInPage, signInPage } from './sign-in-page';

export interface CodecAppDeps {
  readonly codec: PayloadCodec;
  readonly authenticator: Pick<Authenticator, 'authenticate'>;
  /** Pages that may use it: those of the Temporal Web UI. */
  readonly uiOrigins: readonly string[];
  readonly logger: ApiLogger;
}

/** Who may read sealed histories: those who may read every conversation anyway and look after the machine. */
const READERS: readonly string[] = ['operator', 'admin'];
/** A page of a long history, in base64. */
const BODY_MAX_BYTES = 8 * 1024 * 1024;
const COOKIE = 'parley_codec';
/** A shift. The token itself may end sooner. */
const COOKIE_SECONDS = 8 * 3600;

const Bytes = z.base64();
/** Temporal's remote codec protocol: payloads in the JSON of protocol buffers, whose bytes are base64. */
const Payloads = z.object({
  payloads: z.array(
    z.object({ metadata: z.record(z.string(), Bytes).optional(), data: Bytes.optional() }),
  ),
});

/**
 * Opens and seals payloads for the Temporal Web UI and the `temporal` command while histories are sealed (reliability.md section 11).
 * It is on the metrics port, hence on loopback. An operator's token is brought as a bearer, or by a cookie that the page at its root
 * sets: the Web UI has no token of ours to send.
 */
export function createCodecApp({
  codec,
  authenticator,
  uiOrigins,
  logger,
}: CodecAppDeps): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  async function checkReader(authorization: string | undefined, path: string): Promise<void> {
    const credentials = { authorization, ticket: undefined, path };
    const { role } = await authenticator.authenticate(credentials);
    if (!READERS.includes(role))
      throw new ProblemError('FORBIDDEN', `This is not for the role ${role}.`);
  }

  app.onError((error, c) => problemAnswer(error, c, logger));
  app.use(requestId());
  app.use(securityHeaders({ publicUrl: '' }));
  for (const act of ['encode', 'decode'] as const) {
    const path = `/${act}`;
    app.use(path, async (c, next) => {
      const origin = c.req.header('origin');
      if (origin !== undefined && !uiOrigins.includes(origin))
        throw new ProblemError('FORBIDDEN', 'This is for the Temporal Web UI.');
      await next();
    });
    app.use(path, cors({ origin: [...uiOrigins], allowMethods: ['POST'], credentials: true }));
    app.post(path, limited(), async (c) => {
      const cookie = getCookie(c, COOKIE);
      await checkReader(
        c.req.header('authorization') ?? (cookie && `Bearer ${cookie}`),
        c.req.path,
      );
      const payloads = parse(await c.req.json().catch(() => null));
      const answer = await codec[act](payloads).catch((cause: unknown) => {
        if (cause instanceof ProblemError) throw cause;
        throw invalid([{ path: 'payloads', message: 'not sealed by us' }]);
      });
      return c.json({ payloads: answer.map(toJson) });
    });
  }

  app.get('/', (c) => c.html(signInPage(), 200, { 'content-security-policy': OWN_FILES_ONLY }));
  app.post('/session', limited(), async (c) => {
    const { token } = await c.req.parseBody();
    await checkReader(`Bearer ${typeof token === 'string' ? token.trim() : ''}`, c.req.path);
    setCookie(c, COOKIE, String(token).trim(), {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/codec',
      maxAge: COOKIE_SECONDS,
    });
    return c.html(signedInPage(), 200, { 'content-security-policy': OWN_FILES_ONLY });
  });
  return app;
}

/** Origins of the Web UI at this address. On loopback it is opened by name and by number. */
export function originsOf(uiUrl: string | undefined): readonly string[] {
  if (uiUrl === undefined) return [];
  const { origin, hostname } = new URL(uiUrl);
  const names = ['127.0.0.1', 'localhost'];
  return names.includes(hostname) ? names.map((name) => origin.replace(hostname, name)) : [origin];
}

function limited() {
  return bodyLimit({
    maxSize: BODY_MAX_BYTES,
    onError: () => {
      throw new ProblemError(
        'PAYLOAD_TOO_LARGE',
        `The body may have at most ${BODY_MAX_BYTES} bytes.`,
      );
    },
  });
}

function parse(body: unknown): Payload[] {
  const parsed = Payloads.safeParse(body);
  if (!parsed.success) throw invalid(faultsOf(parsed.error));
  return parsed.data.payloads.map(({ metadata, data }) => ({
    metadata: mapped(metadata, (text) => new Uint8Array(Buffer.from(text, 'base64'))),
    ...(data === undefined ? {} : { data: new Uint8Array(Buffer.from(data, 'base64')) }),
  }));
}

function toJson({ metadata, data }: Payload) {
  return {
    metadata: mapped(metadata, base64),
    ...(data ? { data: base64(data) } : {}),
  };
}

function mapped<A, B>(
  values: Readonly<Record<string, A>> | null | undefined,
  change: (value: A) => B,
): Record<string, B> {
  const entries = Object.entries(values ?? {}).map(
    ([name, value]) => [name, change(value)] as const,
  );
  return Object.fromEntries(entries);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
