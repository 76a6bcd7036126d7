import { h, type JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { MessageBody } from '../../../domain/message/schema';
import { fill } from '../labels';
import type { MediaState } from '../protocol';
import { useWidget } from './context';
import { FileIcon } from './icons';
import { RichText } from './rich-text';

type MediaBody = Extract<
  MessageBody,
  { mediaId: string; type: 'IMAGE' | 'VIDEO' | 'AUDIO' | 'FILE' | 'STICKER' }
>;

/** Pictures up to this many bytes are fetched by themselves. */
const INLINE_MAX_BYTES = 5 * 1024 * 1024;

/** A picture, drawn; anything else, and a picture that cannot be drawn, as a file to download. */
export function Media({ body, state }: { body: MediaBody; state: MediaState | null }): JSX.Element {
  const { labels } = useWidget();
  const [drawable, setDrawable] = useState(
    (body.type === 'IMAGE' || body.type === 'STICKER') && (body.size ?? 0) <= INLINE_MAX_BYTES,
  );
  return h('div', { class: 'media' }, [
    state === 'PENDING' || state === 'FAILED'
      ? h('p', { class: 'absent', role: 'status' }, [
          h(FileIcon, null),
          h('span', { dir: 'auto' }, body.fileName ?? labels.file),
          h('small', null, state === 'PENDING' ? labels.filePending : labels.fileFailed),
        ])
      : drawable
        ? h(Picture, { body, onFailed: () => setDrawable(false) })
        : h(Download, { body }),
    body.caption ? h(RichText, { text: body.caption }) : null,
  ]);
}

/** Drawn on a canvas: an `img` would need the visitor's token in its address, or a page that allows `blob:` pictures. */
function Picture({ body, onFailed }: { body: MediaBody; onFailed: () => void }): JSX.Element {
  const { chat, labels } = useWidget();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let gone = false;
    const draw = async () => {
      const bitmap = await createImageBitmap(await chat.media(body.mediaId));
      const target = canvas.current;
      if (gone || !target) return;
      const scale = Math.min(1, 560 / bitmap.width);
      target.width = bitmap.width * scale;
      target.height = bitmap.height * scale;
      target.getContext('2d')?.drawImage(bitmap, 0, 0, target.width, target.height);
    };
    draw().catch(onFailed);
    return () => {
      gone = true;
    };
  }, [body.mediaId]);
  const name = body.caption ?? body.fileName ?? labels.file;
  return h('canvas', { ref: canvas, role: 'img', 'aria-label': name, width: 280, height: 160 });
}

function Download({ body }: { body: MediaBody }): JSX.Element {
  const { chat, labels } = useWidget();
  const name = body.fileName ?? labels.file;
  const save = async () => {
    const href = URL.createObjectURL(await chat.media(body.mediaId));
    Object.assign(document.createElement('a'), { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  };
  return h(
    'button',
    {
      type: 'button',
      class: 'file',
      'aria-label': fill(labels.download, { name }),
      onClick: () => save().catch(() => undefined), // the button stays: the visitor may try again
    },
    [h(FileIcon, null), h('span', { dir: 'auto' }, name), size(body.size)],
  );
}

function size(bytes: number | undefined): JSX.Element | null {
  if (!bytes) return null;
  const text = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  return h('small', null, text);
}
