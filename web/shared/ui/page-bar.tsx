import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { Headset, LayoutDashboard, LogOut } from 'lucide-react';
import type { ReactNode } from 'react';
import { useLocale } from '../i18n/locale';
import { Appearance } from './appearance';
import { Mark } from './mark';
import { useSignedIn } from './signed-in';

const PAGES = {
  desk: { href: '/desk', label: 'board.desk', icon: Headset },
  board: { href: '/board', label: 'desk.board', icon: LayoutDashboard },
} as const;

/** The bar on top of a page: whose it is, what the page itself puts there, the way to the other page, and out. */
export function PageBar({
  other,
  tools,
  children,
}: {
  other: keyof typeof PAGES;
  tools?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useLocale();
  const { me, signOut } = useSignedIn();
  const { href, label, icon: Icon } = PAGES[other];
  return (
    <header className="top-bar">
      <div className="brand">
        <Mark />
        <span>Parley</span>
      </div>
      {children}
      <span className="grow" />
      {me.role === 'supervisor' ? (
        <Button
          component="a"
          href={href}
          className="other-page"
          variant="subtle"
          color="gray"
          size="compact-md"
          leftSection={<Icon aria-hidden size={16} />}
        >
          {t(label)}
        </Button>
      ) : null}
      {tools}
      <Appearance />
      <Tooltip label={t('desk.signOut')}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t('desk.signOut')}
          onClick={signOut}
        >
          <LogOut aria-hidden size={18} className="flip" />
        </ActionIcon>
      </Tooltip>
    </header>
  );
}
