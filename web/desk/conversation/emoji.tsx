import { ActionIcon, Popover, Tooltip } from '@mantine/core';
import { Smile } from 'lucide-react';
import { useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';

const EMOJI = [
  ...['😀', '😄', '😊', '🙂', '😉', '😍', '🤗', '🤔', '😅', '😂'],
  ...['😮', '😢', '😔', '😬', '🙄', '😴', '🤝', '👍', '👎', '👏'],
  ...['🙏', '💪', '👋', '✌️', '👌', '❤️', '💚', '🎉', '🎁', '⭐'],
  ...['✅', '❌', '⚠️', '❓', '⏰', '📦', '🚚', '📞', '📧', '💳'],
] as const;

export function EmojiPicker({ pick }: { pick: (emoji: string) => void }) {
  const { t } = useLocale();
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="top-start" trapFocus withinPortal>
      <Popover.Target>
        <Tooltip label={t('compose.emoji')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t('compose.emoji')}
            onClick={() => setOpen(!open)}
          >
            <Smile aria-hidden size={18} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('compose.emoji')}>
        <div className="emoji">
          {EMOJI.map((emoji) => (
            <button
              key={emoji}
              type="button"
              onClick={() => {
                pick(emoji);
                setOpen(false);
              }}
            >
              {emoji}
            </button>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
