import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { html } from 'hono/html';
import { ProblemError } from '../../domain/errors';
import type { AppEnv, RouteDeps } from '../context';
import { OWN_FILES_ONLY } from '../middleware/security-headers';
import { content, createRoute, createRouter, json, openApiDocument, z } from '../openapi';

const getLanding = createRoute({
  method: 'get',
  path: '/',
  tags: ['Operations'],
  summary: 'Where things are',
  responses: { 200: content('text/html', 'A page of links.') },
});
const getDocument = createRoute({
  method: 'get',
  path: '/openapi.json',
  tags: ['Operations'],
  summary: 'This document',
  responses: { 200: json(z.looseObject({ openapi: z.string() }), 'OpenAPI 3.1') },
});
const getDocs = createRoute({
  method: 'get',
  path: '/docs',
  tags: ['Operations'],
  summary: 'API reference to read and try, without outside requests',
  responses: { 200: content('text/html', 'Swagger UI') },
});
const getAsset = createRoute({
  method: 'get',
  path: '/docs/assets/{file}',
  tags: ['Operations'],
  summary: 'A file of the API reference',
  request: { params: z.object({ file: z.string() }) },
  responses: { 200: content('*/*', 'The file') },
});

/** Files of swagger-ui-dist that the page needs, by name: nothing else of the package is served. */
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};
/** Not inline, since the page's policy allows own files only. */
const START_SCRIPT = `window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, docExpansion: 'none', validatorUrl: null, persistAuthorization: false, defaultModelsExpandDepth: 0 });\n`;

/** The landing page and the API reference. `app` is the whole API, described when it is first asked for. */
export function pageRoutes(app: OpenAPIHono<AppEnv>, { config }: RouteDeps) {
  const assets = path.dirname(require.resolve('swagger-ui-dist/package.json'));
  let document: object | undefined;
  return createRouter()
    .openapi(getLanding, (c) => {
      c.header('Content-Security-Policy', OWN_FILES_ONLY);
      return c.html(landing());
    })
    .openapi(getDocument, (c) => {
      document ??= openApiDocument(app, config);
      return c.json(document as { openapi: string }, 200);
    })
    .openapi(getDocs, (c) => {
      c.header('Content-Security-Policy', OWN_FILES_ONLY);
      return c.html(docs());
    })
    .openapi(getAsset, async (c) => {
      const { file } = c.req.valid('param');
      if (file === 'start.js')
        return c.body(START_SCRIPT, 200, { 'content-type': 'text/javascript; charset=utf-8' });
      const type = Object.hasOwn(ASSETS, file) ? ASSETS[file] : undefined;
      if (!type) throw new ProblemError('NOT_FOUND', 'There is no such file.');
      return c.body(new Uint8Array(await readFile(path.join(assets, file))), 200, {
        'content-type': type,
        'cache-control': 'public, max-age=3600',
      });
    });
}

function landing() {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Parley</title><link rel="icon" href="data:,"></head>
<body>
<main>
<h1>Parley</h1>
<p>One customer, many channels, one conversation that never loses its place.</p>
<ul>
<li><a href="/desk">Desk</a>, for agents</li>
<li><a href="/board">Board</a>, for supervisors and administrators</li>
<li><a href="/docs">API reference</a> (<a href="/openapi.json">openapi.json</a>)</li>
<li><a href="/webchat/web/demo">Webchat demo</a></li>
<li><a href="/readyz">Readiness</a></li>
</ul>
</main>
</body>
</html>`;
}

function docs() {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Parley API</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/docs/assets/swagger-ui.css"></head>
<body><div id="swagger-ui"></div><script src="/docs/assets/swagger-ui-bundle.js"></script><script src="/docs/assets/start.js"></script></body>
</html>`;
}
