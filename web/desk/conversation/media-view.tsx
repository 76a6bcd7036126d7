import { useQuery } from '@tanstack/react-query';
import { Download, FileText } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { Medium } from '../../shared/model';
import { useSignedIn } from '../../shared/ui/signed-in';
import { Failed } from '../../shared/ui/states';

interface Media {
  readonly mediaId: string;
  readonly fileName?: string | undefined;
  readonly mimeType?: string | undefined;
  readonly size?: number | undefined;
}
type Kind = 'IMAGE' | 'VIDEO' | 'AUDIO' | 'FILE' | 'STICKER';

/** What a browser may draw by itself. Everything else, SVG and HTML above all, is a download. */
const DRAWN: Readonly<Record<Kind, RegExp | null>> = {
  IMAGE: /^image\/(png|jpe?g|gif|webp|avif)$/,
  STICKER: /^image\/(png|jpe?g|gif|webp|avif)$/,
  VIDEO: /^video\/(mp4|webm|ogg)$/,
  AUDIO: /^audio\/(mpeg|mp4|ogg|webm|wav|aac|x-m4a)/,
  FILE: null,
};

export interface MediaViewProps {
  readonly media: Media;
  readonly kind: Kind;
  /** What has become of it, where it had to be fetched from a provider. */
  readonly medium: Medium | undefined;
}

/** A file of the conversation, fetched with the token and shown from memory. */
export function MediaView({ media, kind, medium }: MediaViewProps) {
  const { t, number } = useLocale();
  const { api } = useSignedIn();
  const file = useQuery({
    queryKey: ['media', media.mediaId],
    queryFn: ({ signal }) => api.blob(`/v1/media/${encodeURIComponent(media.mediaId)}`, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 5 * 60_000,
    enabled: kind !== 'FILE' && (medium === undefined || medium.state === 'READY'),
  });
  const url = useObjectUrl(file.data);
  const name = media.fileName ?? t('body.file');
  if (medium?.state === 'PENDING')
    return <span className="picture-place">{t('body.pending')}</span>;
  if (medium?.state === 'FAILED')
    return <em className="dim">{t('body.failed', { name, reason: medium.reasonCode ?? '' })}</em>;
  if (file.isError) return <Failed error={file.error} retry={() => void file.refetch()} />;
  const drawn = file.data && DRAWN[kind]?.test(file.data.type.split(';')[0] ?? '');
  if (drawn && url && (kind === 'IMAGE' || kind === 'STICKER'))
    return <img className="picture" src={url} alt={name} />;
  if (drawn && url && kind === 'VIDEO')
    // biome-ignore lint/a11y/useMediaCaption: customers send none
    return <video className="picture" src={url} controls aria-label={name} />;
  if (drawn && url && kind === 'AUDIO')
    // biome-ignore lint/a11y/useMediaCaption: customers send none
    return <audio src={url} controls aria-label={name} />;
  if (kind !== 'FILE' && file.isPending)
    return <span className="picture-place">{t('state.loading')}</span>;
  async function download(): Promise<void> {
    const blob = file.data ?? (await file.refetch()).data;
    if (!blob) return;
    const address = URL.createObjectURL(blob);
    const link = document.createElement('a');
    link.href = address;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }
  return (
    <button type="button" className="file" onClick={() => void download()}>
      <FileText aria-hidden size={20} />
      <span className="cut" dir="auto">
        {name}
      </span>
      {media.size ? (
        <span className="dim">
          {number(media.size / 1024, {
            style: 'unit',
            unit: 'kilobyte',
            maximumFractionDigits: 0,
          })}
        </span>
      ) : null}
      <Download aria-hidden size={16} />
      <span className="visually-hidden">{t('body.download')}</span>
    </button>
  );
}

function useObjectUrl(blob: Blob | undefined): string | null {
  const url = useMemo(() => (blob ? URL.createObjectURL(blob) : null), [blob]);
  useEffect(
    () => () => {
      if (url) URL.revokeObjectURL(url);
    },
    [url],
  );
  return url;
}
