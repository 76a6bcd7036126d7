import { Button, Kbd, Modal, Switch, TextInput } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import {
  COMMANDS,
  type Command,
  isAvailable,
  keysOf,
  runCommand,
  setShortcut,
  shortcuts,
  shortcutsOn,
  switchShortcuts,
  useCommand,
  useShortcuts,
} from './commands';

/** All commands in one place, found by typing; and the keys they have. */
export default function Palette() {
  const { t } = useLocale();
  const [open, setOpen] = useState(false);
  const [settings, setSettings] = useState(false);
  useShortcuts();
  useCommand('palette.open', () => {
    setSettings(false);
    setOpen(true);
  });
  return (
    <Modal
      opened={open}
      onClose={() => setOpen(false)}
      title={t(settings ? 'palette.keys' : 'palette.title')}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      {settings ? (
        <KeySettings />
      ) : (
        <Commands close={() => setOpen(false)} settings={() => setSettings(true)} />
      )}
    </Modal>
  );
}

function Commands({ close, settings }: { close: () => void; settings: () => void }) {
  const { t } = useLocale();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const found = (Object.keys(COMMANDS) as Command[]).filter(
    (command) =>
      command !== 'palette.open' &&
      isAvailable(command) &&
      t(`command.${command}`).toLocaleLowerCase().includes(text.toLocaleLowerCase()),
  );
  function run(command: Command | undefined): void {
    if (!command) return;
    close();
    // The dialog gives the focus back first.
    setTimeout(() => runCommand(command), 50);
  }
  function press(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setAt((n) => Math.min(found.length - 1, Math.max(0, n + step)));
    }
    if (event.key === 'Enter') run(found[at]);
  }
  const keys = shortcuts();
  return (
    <div className="palette">
      <TextInput
        data-autofocus
        aria-label={t('palette.find')}
        placeholder={t('palette.find')}
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={found[at] ? `palette-${found[at]}` : undefined}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <div
        className="palette-list"
        id="palette-list"
        role="listbox"
        aria-label={t('palette.title')}
      >
        {found.map((command, n) => (
          <div
            key={command}
            id={`palette-${command}`}
            role="option"
            tabIndex={-1}
            aria-selected={n === at}
            className="palette-item"
            onClick={() => run(command)}
            onKeyDown={() => {}}
          >
            <span>{t(`command.${command}`)}</span>
            {shortcutsOn() && keys[command] ? <Kbd>{keys[command]}</Kbd> : null}
          </div>
        ))}
      </div>
      <Button variant="subtle" color="gray" size="xs" onClick={settings}>
        {t('palette.keys')}
      </Button>
    </div>
  );
}

function KeySettings() {
  const { t } = useLocale();
  const [on, setOn] = useState(shortcutsOn);
  const [keys, setKeys] = useState(shortcuts);
  function assign(command: Command, value: string): void {
    setShortcut(command, value);
    setKeys(shortcuts());
  }
  return (
    <div className="palette">
      <Switch
        label={t('palette.on')}
        checked={on}
        onChange={(event) => {
          switchShortcuts(event.currentTarget.checked);
          setOn(event.currentTarget.checked);
        }}
      />
      <p className="dim">{t('palette.how')}</p>
      {(Object.keys(COMMANDS) as Command[]).map((command) => (
        <TextInput
          key={command}
          className="key-field"
          label={t(`command.${command}`)}
          value={keys[command]}
          readOnly
          dir="ltr"
          onKeyDown={(event) => {
            if (event.key === 'Backspace' || event.key === 'Delete') return assign(command, '');
            const pressed = keysOf(event.nativeEvent);
            if (pressed === null) return;
            event.preventDefault();
            event.stopPropagation();
            assign(command, pressed);
          }}
        />
      ))}
      <Button
        variant="default"
        size="xs"
        onClick={() => {
          for (const command of Object.keys(COMMANDS) as Command[])
            setShortcut(command, COMMANDS[command]);
          setKeys(shortcuts());
        }}
      >
        {t('palette.reset')}
      </Button>
    </div>
  );
}
