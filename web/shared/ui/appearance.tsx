import { ActionIcon, Menu, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { Check, Languages, Moon, Sun } from 'lucide-react';
import { LOCALES, type LocaleName, useLocale } from '../i18n/locale';

/** Language, and light or dark. */
export function Appearance() {
  const { t, name, choose } = useLocale();
  const scheme = useComputedColorScheme('light');
  const { setColorScheme } = useMantineColorScheme();
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('look.language')}>
            <Languages aria-hidden size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {Object.entries(LOCALES).map(([locale, label]) => (
            <Menu.Item
              key={locale}
              lang={locale}
              onClick={() => choose(locale as LocaleName)}
              rightSection={locale === name ? <Check aria-hidden size={14} /> : null}
            >
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={t(other === 'dark' ? 'look.dark' : 'look.light')}
        onClick={() => setColorScheme(other)}
      >
        {scheme === 'dark' ? <Sun aria-hidden size={18} /> : <Moon aria-hidden size={18} />}
      </ActionIcon>
    </>
  );
}
