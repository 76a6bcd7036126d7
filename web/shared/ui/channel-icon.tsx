import {
  Camera,
  Globe,
  type LucideIcon,
  Mail,
  MessageCircle,
  MessageSquare,
  MessagesSquare,
  Phone,
  Plug,
  Send,
  Smartphone,
  ThumbsUp,
} from 'lucide-react';
import { useLocale } from '../i18n/locale';

const ICONS: Readonly<Record<string, LucideIcon>> = {
  WEB: Globe,
  WHATSAPP: MessageCircle,
  SMS: Smartphone,
  VIBER: MessageSquare,
  TELEGRAM: Send,
  MESSENGER: ThumbsUp,
  INSTAGRAM: Camera,
  LINE: MessagesSquare,
  EMAIL: Mail,
  CX_VOICE: Phone,
};

/** A sign per channel, with its name for who does not see it. */
export function ChannelIcon({ type, size = 14 }: { type: string; size?: number }) {
  const { named } = useLocale();
  const Icon = ICONS[type] ?? Plug;
  const label = named('channel', type);
  return (
    <span className="channel-icon" role="img" aria-label={label} title={label}>
      <Icon aria-hidden size={size} />
    </span>
  );
}
