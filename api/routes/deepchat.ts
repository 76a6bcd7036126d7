import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import type { WSEvents } from 'hono/ws';
import type { ArchivedEntry, EntryPlace } from '../../infra/stores';
import type { AppEnv, RouteDeps } from '../context';
import type { MediaUse } from '../conversations/media-use';
import { filesOf, putFile, takeForm } from '../conversations/uploads';
import { followAnswers, NO_SINK } from '../deepchat/answers';
import {
  DeepChatMessage,
  DeepChatRequest,
  deepChatFile,
  deepChatMessage,
  isPending,
  saidIn,
} from '../deepchat/messages';
import { fileBody } from '../directline/inbound';
import type { DirectLineVisitors } from '../directline/visitors';
import { invalid, toProblem } from '../errors';
import type { Ingress } from '../ingress/ingress';
import { guarded, jsonOrNull } from '../middleware/json-guard';
import { content, createRoute, createRouter, json, jsonBody, z } from '../openapi';
import { callerKey } from '../principal';
import { answerHandshake, callerSocket } from '../streams/socket';
import { eventStream, type StreamSlots } from '../streams/sse';
import { FROM_THE_START } from '../webchat/cursor';
import { createStreamMarks } from '../webchat/stream-marks';
import { providerMessageIdOf, VisitorHistory } from '../webchat/visitor-history';
import { followVisitor } from '../webchat/visitor-stream';
import type { KnownVisitor, Visitors } from '../webchat/visitors';

const tags = ['deep-chat'];
const params = z.object({ channelId: z.string().min(1).max(64) });
const Answers = z.array(DeepChatMessage);
const postMessages = createRoute({
  method: 'post',
  path: '/deepchat/{channelId}/messages',
  tags,
  summary: 'The visitor writes; answered with what is said next',
  description:
    'The token of a webchat session as Bearer. With `stream: true` each answer is an event as it comes. Nothing said within 15 s: an empty list.',
  request: { params, body: jsonBody(DeepChatRequest) },
  responses: { 200: json(Answers, 'What was said, in order.') },
});
const postFiles = createRoute({
  method: 'post',
  path: '/deepchat/{channelId}/files',
  tags,
  summary: 'The visitor sends files',
  description: 'Parts `files`, up to ten, and `message1` … as JSON, of which the last counts.',
  request: { params },
  requestBody: {
    content: { 'multipart/form-data': { schema: { type: 'object' as const } } },
    required: true,
  },
  responses: { 200: json(Answers, 'What was said, in order.') },
});
const getSocket = createRoute({
  method: 'get',
  path: '/deepchat/{channelId}/socket',
  tags,
  summary: 'Both ways over a WebSocket, humans included',
  description:
    'The token of a webchat session as `?token=`: the client comes back to the same address.',
  request: { params, query: z.object({ token: z.string().max(4096).optional() }) },
  responses: { 101: content('application/json', 'Frames without end.') },
});

const FILES_MAX = 10;

export interface DeepChatRouteDeps extends RouteDeps, Pick<Visitors, 'visitorOf'> {
  readonly ingress: Ingress;
  readonly mediaUse: MediaUse;
  readonly slots: StreamSlots;
  readonly directLine: DirectLineVisitors;
}

/** The visitor's own chat for deep-chat clients (connectors.md 11.3). */
export function deepChatRoutes(deps: DeepChatRouteDeps) {
  const { stores, auth, ingress, mediaUse, slots, limits, now, logger, directLine } = deps;
  const marks = createStreamMarks(stores, now);

  async function write(
    { channel, visitor }: KnownVisitor,
    clientId: string,
    body: Parameters<Ingress['message']>[2]['body'],
  ): Promise<string> {
    const news = { providerMessageId: providerMessageIdOf(visitor, clientId), body };
    return (await ingress.message(channel, { identifier: visitor.identifier }, news)).messageId;
  }
  const say = (known: KnownVisitor, clientId: string, text: string) =>
    write(known, clientId, { type: 'PLAIN', text });

  async function answersTo(
    { visitor }: KnownVisitor,
    messageId: string,
  ): Promise<DeepChatMessage[]> {
    const answers: DeepChatMessage[] = [];
    await followAnswers({ stores }, visitor, messageId, NO_SINK, (entry) => {
      const message = deepChatMessage(entry, deps.mediaLinkOf);
      if (message) answers.push(message);
      return message !== null;
    });
    return answers;
  }

  function streamedAnswers(c: Context<AppEnv>, known: KnownVisitor, messageId: string): Response {
    const release = slots.take(callerKey(known.principal));
    return eventStream({
      heartbeatSeconds: limits.heartbeatSeconds,
      stopping: deps.stopping,
      stillAllowed: () => auth.stillValid(known.principal),
      onClose: release,
      onError: (err) => logger.error({ requestId: c.get('requestId'), err }, 'a stream failed'),
      run: async (sink) => {
        await followAnswers({ stores }, known.visitor, messageId, sink, (entry) => {
          const message = deepChatMessage(entry, deps.mediaLinkOf);
          if (message) sink.send({ data: JSON.stringify(message) });
          return message !== null;
        });
        sink.close();
      },
    });
  }

  return createRouter()
    .openapi(postMessages, async (c) => {
      const known = await deps.visitorOf(c, c.req.valid('param').channelId);
      const request = c.req.valid('json');
      const text = saidIn(request);
      if (text === null) throw invalid([{ path: 'messages', message: 'the last says nothing' }]);
      const messageId = await say(known, c.req.header('idempotency-key') ?? randomUUID(), text);
      if (request.stream) return streamedAnswers(c, known, messageId) as never;
      return c.json(await answersTo(known, messageId), 200);
    })
    .openapi(postFiles, async (c) => {
      const known = await deps.visitorOf(c, c.req.valid('param').channelId);
      const form = await takeForm(c, limits.mediaBytes);
      const files = filesOf(form).filter(({ part }) => part === 'files');
      if (files.length === 0 || files.length > FILES_MAX)
        throw invalid([{ path: 'files', message: `1 to ${FILES_MAX} files are needed` }]);
      const caption = captionOf(form);
      const clientId = c.req.header('idempotency-key') ?? randomUUID();
      let messageId = '';
      for (const [n, { file }] of files.entries()) {
        const kept = await putFile(stores.media, known.principal, file, limits.mediaBytes);
        const body = fileBody(kept, n === 0 ? caption : undefined);
        const checked = await mediaUse.checked(known.principal, body);
        messageId = await write(known, n === 0 ? clientId : `${clientId}/${n}`, checked);
      }
      return c.json(await answersTo(known, messageId), 200);
    })
    .openapi(getSocket, (c, next) =>
      answerHandshake(c, next, async () => {
        const { channelId } = c.req.valid('param');
        return socketOf(c, await directLine.byValue(c, channelId, c.req.valid('query').token));
      }),
    );

  /** Pushes what this visitor has not been shown yet, then whatever is said; takes frames as messages. */
  async function socketOf(c: Context<AppEnv>, known: KnownVisitor): Promise<WSEvents> {
    const { principal, visitor } = known;
    const history = await VisitorHistory.open(stores, visitor, FROM_THE_START);
    let answer = (_: object) => {};
    const requestId = c.get('requestId');
    return callerSocket(deps, {
      principal,
      fields: { requestId },
      onFrame: (frame) =>
        void take(known, frame).catch((error: unknown) => {
          const problem = toProblem(error);
          if (problem.code === 'INTERNAL')
            logger.error({ requestId, err: error }, 'a frame failed');
          answer({
            error: problem.code === 'INTERNAL' ? 'Something went wrong.' : problem.message,
          });
        }),
      run: async (sink, signal) => {
        const push = (message: object) => sink.send({ data: JSON.stringify(message) });
        answer = push;
        const show = ({ entry }: { readonly entry: ArchivedEntry }) => {
          const message = isNew(entry) ? deepChatMessage(entry, deps.mediaLinkOf) : null;
          // One whose file is not here yet is shown again to whoever comes back.
          if (message && push(message) && !isPending(entry)) marks.delivered(sink, entry);
        };
        const bring = async ({ conversationId, id }: EntryPlace) => {
          const entry = await stores.timeline.find(conversationId, id);
          const file = entry && deepChatFile(entry, deps.mediaLinkOf);
          if (entry && file && push(file)) marks.delivered(sink, entry);
        };
        const onMedia = (place: EntryPlace) =>
          void bring(place).catch((err) => logger.error({ requestId, err }, 'a file was not told'));
        await followVisitor({ history, feed: stores.feed, write: show, onMedia }, sink, signal);
      },
    });
  }

  async function take(known: KnownVisitor, frame: string): Promise<void> {
    const parsed = DeepChatRequest.safeParse(guarded(jsonOrNull(frame)));
    const text = parsed.success ? saidIn(parsed.data) : null;
    if (text === null) throw invalid([{ path: 'messages', message: 'nothing is said' }]);
    await say(known, randomUUID(), text);
  }
}

/** The client keeps no place: what it was shown once is known by its delivery. */
function isNew({ delivery }: ArchivedEntry): boolean {
  return delivery?.state !== 'DELIVERED' && delivery?.state !== 'READ';
}

function captionOf(form: FormData): string | undefined {
  const parts: string[] = [];
  form.forEach((value, part) => {
    if (/^message\d+$/.test(part) && typeof value === 'string') parts.push(value);
  });
  const parsed = jsonOrNull(parts.at(-1) ?? 'null') as { readonly text?: unknown } | null;
  return typeof parsed?.text === 'string' && parsed.text ? parsed.text : undefined;
}
