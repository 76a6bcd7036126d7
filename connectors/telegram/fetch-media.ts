import { ConnectorError } from '../../domain/errors';
import type { CallContext } from '../connector';
import { accepted, call } from './call';
import type { TelegramConfig } from './config';
import { FoundFile } from './payload';

/** A file that a customer sent: first where it lies, then its bytes. Telegram gives up to 20 MB. */
export async function fetchMedia(
  { ref }: { readonly ref: string },
  context: CallContext<TelegramConfig>,
): Promise<Response> {
  const { cfg, baseUrl, fetch, signal } = context;
  const found = FoundFile.safeParse(accepted(await call(context, 'getFile', { file_id: ref })));
  const path = found.success ? found.data.file_path : undefined;
  if (!path || path.split('/').includes('..'))
    throw new ConnectorError('Rejected', 'no path of the file', { reason: 'media' });
  const address = `${baseUrl.replace(/\/+$/, '')}/file/bot${cfg.botToken}/${encodeURI(path)}`;
  return fetch(address, { signal });
}
