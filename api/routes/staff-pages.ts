import { ProblemError } from '../../domain/errors';
import { content, createRoute, createRouter, z } from '../openapi';
import { builtFile, pagePolicy, webFile } from '../webchat/assets';
import { type SignInDeps, signInBy } from './sign-in';

const tags = ['Operations'];
const page = { 200: content('text/html', 'The page.') };
const getDesk = createRoute({
  method: 'get',
  path: '/desk',
  tags,
  summary: 'Where agents work',
  responses: page,
});
const getBoard = createRoute({
  method: 'get',
  path: '/board',
  tags,
  summary: 'Where supervisors look and administrators configure',
  responses: page,
});
const getAsset = createRoute({
  method: 'get',
  path: '/assets/{file}',
  tags,
  summary: 'A script or style sheet of the pages; its name changes with its content',
  request: { params: z.object({ file: z.string().max(128) }) },
  responses: { 200: content('*/*', 'The file.') },
});

/** What the build makes: `<name>-<hash of the content>.<type>`, so that a browser may keep it for ever. */
const ASSET = /^[A-Za-z0-9_-]+\.(js|css)$/;
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

/** The desk and the board. They hold nothing secret: who may see what is asked of the API by the token that is given there. */
export function staffPageRoutes(deps: SignInDeps) {
  /** One page: its own script tells desk and board apart by the address. */
  async function answer(): Promise<Response> {
    const html = await webFile('staff.html');
    return new Response(html, {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': pagePolicy(html, {
          // Codes are exchanged for tokens there.
          connect: await issuerOrigins(deps),
          // Mails, laid out as their senders did, in frames without rights.
          frame: ['blob:'],
        }),
        'cache-control': 'no-cache',
      },
    });
  }
  return createRouter()
    .openapi(getDesk, answer)
    .openapi(getBoard, answer)
    .openapi(getAsset, async (c) => {
      const { file } = c.req.valid('param');
      const type = TYPES[ASSET.exec(file)?.[1] ?? ''];
      const text = type ? await builtFile(`assets/${file}`) : null;
      if (!type || text === null) throw new ProblemError('NOT_FOUND', 'There is no such file.');
      return new Response(text, {
        headers: { 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' },
      });
    });
}

/** None where nobody is sent to an issuer, or while it does not answer: then nobody can sign in there anyway. */
async function issuerOrigins(deps: SignInDeps): Promise<readonly string[]> {
  const issuer = await signInBy(deps).catch(() => null);
  return issuer ? [new URL(issuer.tokenEndpoint).origin] : [];
}
