import { useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { MessageBody } from '../../shared/model';
import { useSignedIn } from '../../shared/ui/signed-in';
import { useErrorText } from '../../shared/ui/states';
import { useToast } from '../../shared/ui/toasts';
import type { Uploaded } from './mail-body';

/** Bytes of one file (http-api.md section 1). */
const FILE_MAX_BYTES = 25 * 1024 * 1024;

export interface Upload {
  /** What is under way. */
  readonly names: readonly string[];
  readonly take: (files: readonly File[]) => void;
}

/** Uploads files, each on its own; `done` hears of each that has arrived. */
export function useUpload(done: (file: Uploaded) => void): Upload {
  const { t } = useLocale();
  const { api } = useSignedIn();
  const toast = useToast();
  const said = useErrorText();
  const [names, setNames] = useState<readonly string[]>([]);
  async function one(file: File): Promise<void> {
    if (file.size > FILE_MAX_BYTES)
      return toast(t('compose.tooLarge', { name: file.name }), 'error');
    setNames((all) => [...all, file.name]);
    try {
      done({ ...(await api.upload(file)), fileName: file.name.slice(0, 255) });
    } catch (error) {
      toast(`${file.name}: ${said(error)}`, 'error');
    } finally {
      setNames((all) => all.filter((name) => name !== file.name));
    }
  }
  return {
    names,
    take: (files) => {
      for (const file of files) void one(file);
    },
  };
}

/** A file as a message of its own. */
export function bodyOfFile({ mediaId, mimeType, fileName }: Uploaded): MessageBody {
  return { type: typeOf(mimeType), mediaId, fileName };
}

function typeOf(mimeType: string): 'IMAGE' | 'VIDEO' | 'AUDIO' | 'FILE' {
  if (/^image\/(png|jpe?g|gif|webp)$/.test(mimeType)) return 'IMAGE';
  if (mimeType.startsWith('video/')) return 'VIDEO';
  return mimeType.startsWith('audio/') ? 'AUDIO' : 'FILE';
}
