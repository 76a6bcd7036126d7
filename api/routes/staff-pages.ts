import { ProblemError } from '../../domain/errors';
import { content, createRoute, createRouter, z } from '../openapi';
import { builtFile, pagePolicy, webFile } from '../webchat/assets';

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
export function staffPageRoutes() {
  return createRouter()
    .openapi(getDesk, () => answer('desk/index.html'))
    .openapi(getBoard, () => answer('board/index.html'))
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

async function answer(name: 'desk/index.html' | 'board/index.html'): Promise<Response> {
  const html = await webFile(name);
  return new Response(html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': pagePolicy(html),
      'cache-control': 'no-cache',
    },
  });
}
