import { AGENTS } from '../../domain/conversation/control';
import type { DataValue } from '../../domain/conversation/model';
import {
  addNoteUpdate,
  answerSlaUpdate,
  controlUpdate,
  endSessionUpdate,
  holdUpdate,
  raiseHandUpdate,
  resumeUpdate,
  updateDataUpdate,
  wrapUpUpdate,
} from '../../workflows/conversation/messages';
import { ACTS_TAGS, type Acting, CONVERSATION, done, told } from '../conversations/acting';
import type { People } from '../conversations/people';
import { AnId } from '../conversations/schemas';
import type { WrapUpForms } from '../conversations/wrap-up-forms';
import { createRoute, createRouter, jsonBody, z } from '../openapi';
import { conversationParams } from './conversations';

const tags = ACTS_TAGS;
const path = CONVERSATION;
const Text = z.string().min(1).max(32_000);
const WrapUp = z
  .union([
    z.strictObject({ skip: z.literal(true) }),
    z.strictObject({
      labels: z
        .array(
          z.strictObject({
            category: z.string().min(1).max(128),
            value: z.string().min(1).max(128),
          }),
        )
        .min(1)
        .max(5),
      note: z.string().max(2000).optional(),
    }),
  ])
  .meta({ id: 'WrapUp' });
const DataUpdate = z
  .record(
    z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/),
    z.union([
      z.string().max(2000),
      z.number(),
      z.boolean(),
      z.array(z.string().max(200)).max(50),
      z.null(),
    ]),
  )
  .meta({ id: 'DataUpdate', description: '`null` deletes a key.' });
const Control = z
  .strictObject({ action: z.enum(['PASS', 'OFFER', 'ACCEPT', 'RELEASE']), to: AnId.optional() })
  .refine(({ action, to }) => (action === 'PASS' || action === 'OFFER') === (to !== undefined), {
    path: ['to'],
    message: 'PASS and OFFER name a party, the others none',
  })
  .meta({ id: 'Control' });

const routes = {
  postHold: createRoute({
    method: 'post',
    path: `${path}/hold`,
    tags,
    summary: 'Hold for some seconds',
    request: {
      params: conversationParams,
      body: jsonBody(z.strictObject({ seconds: z.int().min(1).max(86_400) }).meta({ id: 'Hold' })),
    },
    responses: done,
  }),
  deleteHold: createRoute({
    method: 'delete',
    path: `${path}/hold`,
    tags,
    summary: 'End the hold',
    request: { params: conversationParams },
    responses: done,
  }),
  postNote: createRoute({
    method: 'post',
    path: `${path}/notes`,
    tags,
    summary: 'A note that stays inside',
    request: {
      params: conversationParams,
      body: jsonBody(z.strictObject({ text: Text }).meta({ id: 'Note' })),
    },
    responses: done,
  }),
  postWhisper: createRoute({
    method: 'post',
    path: `${path}/whispers`,
    tags,
    summary: 'A word to colleagues who are present',
    request: {
      params: conversationParams,
      body: jsonBody(z.strictObject({ text: Text }).meta({ id: 'Whisper' })),
    },
    responses: done,
  }),
  postWrapUp: createRoute({
    method: 'post',
    path: `${path}/wrap-ups`,
    tags,
    summary: 'Classify the conversation, or skip it',
    request: { params: conversationParams, body: jsonBody(WrapUp) },
    responses: done,
  }),
  postHand: createRoute({
    method: 'post',
    path: `${path}/hand-raise`,
    tags,
    summary: 'Raise or lower the hand',
    request: {
      params: conversationParams,
      body: jsonBody(z.strictObject({ raised: z.boolean() }).meta({ id: 'HandRaise' })),
    },
    responses: done,
  }),
  postSla: createRoute({
    method: 'post',
    path: `${path}/agent-sla`,
    tags,
    summary: 'Answer an SLA prompt',
    request: {
      params: conversationParams,
      body: jsonBody(
        z.strictObject({ answer: z.enum(['STAY', 'LEAVE']) }).meta({ id: 'SlaAnswer' }),
      ),
    },
    responses: done,
  }),
  patchData: createRoute({
    method: 'patch',
    path: `${path}/data`,
    tags,
    summary: 'Change conversation data',
    request: { params: conversationParams, body: jsonBody(DataUpdate) },
    responses: done,
  }),
  postControl: createRoute({
    method: 'post',
    path: `${path}/control`,
    tags,
    summary: 'Pass, offer, accept or release control',
    request: { params: conversationParams, body: jsonBody(Control) },
    responses: done,
  }),
  deleteSession: createRoute({
    method: 'delete',
    path: `${path}/sessions/{sessionId}`,
    tags,
    summary: 'End a channel session',
    request: {
      params: conversationParams.extend({ sessionId: AnId }),
      query: z.strictObject({ reason: z.enum(['AGENT', 'FORCE_CLOSED']).default('AGENT') }),
    },
    responses: done,
  }),
};

export interface HandlingRouteDeps extends Acting {
  readonly people: People;
  readonly wrapUpForms: WrapUpForms;
}

/** What is done with a conversation: hold, notes, classification, data, control, sessions. */
export function conversationHandlingRoutes({
  scene,
  perform,
  people,
  wrapUpForms,
}: HandlingRouteDeps) {
  return createRouter()
    .openapi(routes.postHold, async (c) => {
      const at = await scene(c, c.req.valid('param').id);
      const { seconds } = c.req.valid('json');
      return c.json(
        told(await perform(c, at, holdUpdate, { ...at.by, seconds }, { seconds })),
        200,
      );
    })
    .openapi(routes.deleteHold, async (c) => {
      const at = await scene(c, c.req.valid('param').id);
      return c.json(told(await perform(c, at, resumeUpdate, at.by)), 200);
    })
    .openapi(routes.postNote, async (c) => {
      const at = await scene(c, c.req.valid('param').id);
      const { text } = c.req.valid('json');
      return c.json(
        told(await perform(c, at, addNoteUpdate, { ...at.by, kind: 'NOTE' as const, text })),
        200,
      );
    })
    .openapi(routes.postWhisper, async (c) => {
      const at = await scene(c, c.req.valid('param').id);
      const { text } = c.req.valid('json');
      return c.json(
        told(await perform(c, at, addNoteUpdate, { ...at.by, kind: 'WHISPER' as const, text })),
        200,
      );
    })
    .openapi(routes.postWrapUp, async (c) => {
      const at = await scene(c, c.req.valid('param').id);
      const given = c.req.valid('json');
      const labels = 'labels' in given ? given.labels : [];
      if (labels.length > 0) await wrapUpForms.check(at.facts.id, labels);
      const note = 'note' in given ? (given.note ?? null) : null;
      const request = { ...at.by, labels, note, skip: 'skip' in given };
      return c.json(told(await perform(c, at, wrapUpUpdate, request, { skip: request.skip })), 200);
    })
    .openapi(routes.postHand, async (c) => {
      const at = await scene(c, c.req.valid('param').id);
      const { raised } = c.req.valid('json');
      return c.json(
        told(await perform(c, at, raiseHandUpdate, { ...at.by, raised }, { raised })),
        200,
      );
    })
    .openapi(routes.postSla, async (c) => {
      const at = await scene(c, c.req.valid('param').id);
      const { answer } = c.req.valid('json');
      return c.json(
        told(await perform(c, at, answerSlaUpdate, { ...at.by, answer }, { answer })),
        200,
      );
    })
    .openapi(routes.patchData, async (c) => {
      const at = await scene(c, c.req.valid('param').id);
      const set = c.req.valid('json') as Readonly<Record<string, DataValue | null>>;
      const acted = await perform(
        c,
        at,
        updateDataUpdate,
        { ...at.by, set },
        { keys: Object.keys(set) },
      );
      return c.json(told(acted), 200);
    })
    .openapi(routes.postControl, async (c) => {
      const at = await scene(c, c.req.valid('param').id);
      const { action, to } = c.req.valid('json');
      if (to !== undefined && to !== AGENTS) await people.bot(to);
      const acted = await perform(
        c,
        at,
        controlUpdate,
        { ...at.by, action, to: to ?? null },
        { action, to },
      );
      return c.json(told(acted), 200);
    })
    .openapi(routes.deleteSession, async (c) => {
      const { id, sessionId } = c.req.valid('param');
      const at = await scene(c, id);
      const { reason } = c.req.valid('query');
      const acted = await perform(
        c,
        at,
        endSessionUpdate,
        { ...at.by, sessionId, reason },
        { sessionId, reason },
      );
      return c.json(told(acted), 200);
    });
}
