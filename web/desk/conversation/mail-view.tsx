import { Button, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { MailOpen } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import { useSignedIn } from '../../shared/ui/signed-in';
import { Failed, Loading } from '../../shared/ui/states';

/** Opens a mail as its sender laid it out. */
export function MailButton({ mediaId }: { mediaId: string }) {
  const { t } = useLocale();
  const [opened, setOpened] = useState(false);
  return (
    <div>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<MailOpen aria-hidden size={12} />}
        onClick={() => setOpened(true)}
      >
        {t('mail.formatted')}
      </Button>
      {opened ? (
        <Modal
          opened
          size="xl"
          onClose={() => setOpened(false)}
          title={t('mail.formatted')}
          closeButtonProps={{ 'aria-label': t('dialog.close') }}
        >
          <MailPage mediaId={mediaId} />
        </Modal>
      ) : null}
    </div>
  );
}

/**
 * The server has taken out scripts, forms and pictures from elsewhere; a frame without any right but to open links shows the rest,
 * under this page's policy, which it inherits.
 */
function MailPage({ mediaId }: { mediaId: string }) {
  const { t } = useLocale();
  const { api } = useSignedIn();
  const [url, setUrl] = useState<string | null>(null);
  const mail = useQuery({
    queryKey: ['mail', mediaId],
    queryFn: async ({ signal }) =>
      (await api.blob(`/v1/media/${encodeURIComponent(mediaId)}`, signal)).text(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    if (mail.data === undefined) return;
    const page = new Blob([PAGE_START, mail.data], { type: 'text/html' });
    const address = URL.createObjectURL(page);
    setUrl(address);
    return () => URL.revokeObjectURL(address);
  }, [mail.data]);
  if (mail.isError) return <Failed error={mail.error} retry={() => void mail.refetch()} />;
  if (url === null) return <Loading />;
  return (
    <iframe
      className="mail-page"
      title={t('mail.formatted')}
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
      src={url}
    />
  );
}

const PAGE_START = '<!doctype html><meta charset="utf-8"><title>Mail</title>';
