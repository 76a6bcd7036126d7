import type { Context } from 'hono';
import type { Stores } from '../../infra/stores';
import type { AppEnv } from '../context';

type Medium = NonNullable<Awaited<ReturnType<Stores['media']['get']>>>;

/** What a browser may show in place; everything else is a download, HTML and SVG above all. */
const INLINE =
  /^(image\/(png|jpeg|gif|webp|avif|bmp)|audio\/[\w.+-]+|video\/[\w.+-]+|text\/plain|application\/pdf)$/;

/** A medium as an answer: never sniffed, never run, cached by nobody else. */
export function mediaAnswer(c: Context<AppEnv>, medium: Medium): Response {
  const type = medium.mimeType.toLowerCase();
  const inline = INLINE.test(type);
  // Nobody reads the body of a HEAD: it must not be opened.
  return new Response(c.req.method === 'HEAD' ? null : medium.open(), {
    headers: {
      'content-type':
        type === 'text/plain' ? 'text/plain; charset=utf-8' : inline ? type : downloadType(type),
      'content-length': String(medium.size),
      'content-disposition': disposition(inline, medium.fileName),
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=3600',
      etag: `"${medium.sha256}"`,
    },
  });
}

/** A type that no browser renders, for those that some might. */
function downloadType(type: string): string {
  return /html|xml|script|svg/.test(type) ? 'application/octet-stream' : type;
}

/** RFC 6266: a plain name for old readers, the true one encoded. */
function disposition(inline: boolean, fileName: string | null): string {
  const kind = inline ? 'inline' : 'attachment';
  if (!fileName) return kind;
  const plain = fileName.replaceAll(/[^\w.-]/g, '_').slice(0, 100);
  const encoded = encodeURIComponent(
    fileName.slice(0, 200).replaceAll(/\p{Surrogate}/gu, '\uFFFD'),
  ).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
