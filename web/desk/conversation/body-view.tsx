import { Button } from '@mantine/core';
import { MapPin, PhoneCall, Tags } from 'lucide-react';
import { useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { Medium, MessageBody } from '../../shared/model';
import { type Block, type Inline, parseMarkdown, parseText, safeHref } from '../../shared/text';
import { MailButton } from './mail-view';
import { MediaView } from './media-view';

/** Characters shown at once; the rest waits behind a button. */
const SHOWN_MAX = 3000;

/** What a bubble holds, for every kind of body (domain.md 8.2). Text stays text, whatever it looks like. */
export function BodyView({ body, media }: { body: MessageBody | null; media: readonly Medium[] }) {
  const { t } = useLocale();
  if (!body) return null;
  const fate = (mediaId: string) => media.find((medium) => medium.mediaId === mediaId);
  switch (body.type) {
    case 'PLAIN':
      return <RichText text={body.text} format={body.format} />;
    case 'CHOICE':
      return <RichText text={body.text ?? body.title ?? body.choiceId} />;
    case 'BUTTON':
      return (
        <>
          {body.header ? <strong dir="auto">{body.header}</strong> : null}
          <RichText text={body.text} />
          {body.footer ? <small dir="auto">{body.footer}</small> : null}
          <Choices choices={body.choices} />
        </>
      );
    case 'IMAGE':
    case 'VIDEO':
    case 'AUDIO':
    case 'FILE':
    case 'STICKER':
      return (
        <>
          <MediaView media={body} kind={body.type} medium={fate(body.mediaId)} />
          {body.caption ? <RichText text={body.caption} /> : null}
        </>
      );
    case 'URL':
      return <RichText text={body.title ? `${body.title}\n${body.url}` : body.url} />;
    case 'LOCATION':
      return (
        <p className="with-icon">
          <MapPin aria-hidden size={16} />
          <span dir="auto">
            {[body.name, body.address, `${body.latitude}, ${body.longitude}`]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </p>
      );
    case 'CONTACT':
      return (
        <RichText
          text={body.contacts
            .map(({ name, phones, emails }) => [name, ...phones, ...emails].join('\n'))
            .join('\n\n')}
        />
      );
    case 'CAROUSEL':
      return (
        <div className="cards">
          {body.cards.map((card) => (
            <div className="card" key={card.title}>
              {card.mediaId ? (
                <MediaView media={{ mediaId: card.mediaId }} kind="IMAGE" medium={undefined} />
              ) : null}
              <strong dir="auto">{card.title}</strong>
              {card.text ? <RichText text={card.text} /> : null}
              {card.choices ? <Choices choices={card.choices} /> : null}
            </div>
          ))}
        </div>
      );
    case 'TEMPLATE':
      return (
        <p className="with-icon">
          <Tags aria-hidden size={16} />
          <span>{t('body.template', { name: body.name, language: body.language })}</span>
        </p>
      );
    case 'EMAIL':
      return (
        <>
          {body.subject ? <strong dir="auto">{body.subject}</strong> : null}
          {body.cc?.length ? (
            <small className="dim" dir="auto">
              {t('mail.cc')}: {body.cc.join(', ')}
            </small>
          ) : null}
          <RichText text={body.text} />
          {body.htmlMediaId ? <MailButton mediaId={body.htmlMediaId} /> : null}
          {(body.attachments ?? []).map((file) => (
            <MediaView key={file.mediaId} media={file} kind="FILE" medium={fate(file.mediaId)} />
          ))}
        </>
      );
    case 'VOICE':
      return (
        <p className="with-icon">
          <PhoneCall aria-hidden size={16} />
          <span>{body.event}</span>
        </p>
      );
    default:
      return <em className="dim">{t('body.unsupported', { kind: body.kind })}</em>;
  }
}

function Choices({ choices }: { choices: readonly { id: string; title: string }[] }) {
  const { t } = useLocale();
  return (
    <ul className="choices" aria-label={t('body.choices')}>
      {choices.map(({ id, title }) => (
        <li key={id} dir="auto">
          {title}
        </li>
      ))}
    </ul>
  );
}

/** A message's text: addresses become links, Markdown (where its sender says so) becomes emphasis and lists. */
export function RichText({ text, format }: { text: string; format?: string | undefined }) {
  const { t } = useLocale();
  const [all, setAll] = useState(false);
  const shown = all || text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`;
  const blocks = format === 'MARKDOWN' ? parseMarkdown(shown) : parseText(shown);
  return (
    <div className="text" dir="auto">
      {blocks.map((block, n) => (
        <BlockView key={n} block={block} />
      ))}
      {shown === text ? null : (
        <Button size="compact-xs" variant="subtle" onClick={() => setAll(true)}>
          {t('body.whole')}
        </Button>
      )}
    </div>
  );
}

function BlockView({ block }: { block: Block }) {
  if (block.type === 'list')
    return (
      <ul>
        {block.rows.map((row, n) => (
          <li key={n}>
            <Row row={row} />
          </li>
        ))}
      </ul>
    );
  return (
    <p>
      {block.rows.map((row, n) => (
        <span key={n}>
          {n > 0 ? <br /> : null}
          <Row row={row} />
        </span>
      ))}
    </p>
  );
}

function Row({ row }: { row: readonly Inline[] }) {
  return row.map((piece, n) => {
    const key = n;
    if ('content' in piece) {
      const Tag = piece.type;
      return (
        <Tag key={key}>
          <Row row={piece.content} />
        </Tag>
      );
    }
    if ('href' in piece) return <Link key={key} href={piece.href} text={piece.text} />;
    return piece.type === 'code' ? <code key={key}>{piece.text}</code> : piece.text;
  });
}

function Link({ href, text }: { href: string; text: string }) {
  const safe = safeHref(href);
  return safe ? (
    <a href={safe} target="_blank" rel="noopener noreferrer" dir="auto">
      {text}
    </a>
  ) : (
    text
  );
}
