import { ProblemError } from '../../domain/errors';
import { principalOf, type RouteDeps } from '../context';
import type { ConversationAccess } from '../conversations/access';
import { isOwner } from '../conversations/media-use';
import { AnId } from '../conversations/schemas';
import { takeUpload, type Uploaded } from '../conversations/uploads';
import { content, createRoute, createRouter, json, z } from '../openapi';
import { mediaAnswer } from '../streams/media-answer';

const tags = ['Media'];
export const MediaMade = z
  .object({
    mediaId: z.string(),
    url: z.string(),
    mimeType: z.string(),
    size: z.int(),
    sha256: z.string(),
  })
  .meta({ id: 'Media' });
/** For the document alone: the route reads the form itself, counting. */
export const uploadBody = {
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object' as const,
        required: ['file'],
        properties: { file: { type: 'string' as const, format: 'binary' } },
      },
    },
  },
  required: true,
};
const postMedia = createRoute({
  method: 'post',
  path: '/v1/media',
  tags,
  summary: 'Upload a file, to be named in a message',
  requestBody: uploadBody,
  responses: { 201: json(MediaMade, 'Kept.') },
});
const getMedia = createRoute({
  method: 'get',
  path: '/v1/media/{mediaId}',
  tags,
  summary: 'A file of a conversation that the caller may read',
  request: { params: z.object({ mediaId: AnId }) },
  responses: { 200: content('*/*', 'The file.') },
});

const getLinked = createRoute({
  method: 'get',
  path: '/media/{mediaId}',
  tags,
  summary: 'A file by the expiring link that a provider was given',
  request: {
    params: z.object({ mediaId: AnId }),
    query: z.object({ expires: z.string().max(16), signature: z.string().max(128) }),
  },
  responses: { 200: content('*/*', 'The file.') },
});

/** Files (http-api.md section 1). Their ids are random, and who may read one is asked of the conversations that hold it. */
export function mediaRoutes({
  stores,
  limits,
  access,
  isMediaLink,
}: RouteDeps & { readonly access: ConversationAccess }) {
  return createRouter()
    .openapi(postMedia, async (c) => {
      const uploaded = await takeUpload(c, stores.media, principalOf(c), limits.mediaBytes);
      return c.json(mediaView(uploaded, '/v1/media'), 201);
    })
    .openapi(getMedia, async (c) => {
      const principal = principalOf(c);
      const { mediaId } = c.req.valid('param');
      const medium = await stores.media.get(mediaId);
      const mayRead =
        medium &&
        (isOwner(principal, medium.owner) ||
          principal.role === 'admin' ||
          (await access.mayReadAny(principal, await stores.media.conversationsWith(mediaId))));
      if (!medium || !mayRead) throw noMedia();
      return mediaAnswer(c, medium);
    })
    .openapi(getLinked, async (c) => {
      const { mediaId } = c.req.valid('param');
      const { expires, signature } = c.req.valid('query');
      const medium = isMediaLink(mediaId, expires, signature)
        ? await stores.media.get(mediaId)
        : null;
      if (!medium) throw noMedia();
      return mediaAnswer(c, medium);
    });
}

function noMedia(): ProblemError {
  return new ProblemError('NOT_FOUND', 'There is no such media.');
}

/** What an upload answers; `base` is where its caller reads it. */
export function mediaView(
  { mediaId, mimeType, size, sha256 }: Uploaded,
  base: string,
): z.infer<typeof MediaMade> {
  return { mediaId, url: `${base}/${mediaId}`, mimeType, size, sha256 };
}
