import { useEffect } from 'react';
import { prefer, preference } from '../../shared/session';
import { useLatest } from '../../shared/ui/latest';

/** What can be done by keyboard, with the keys it has at first. All have a modifier, all can be changed, all can be switched off. */
export const COMMANDS = {
  'palette.open': 'Mod+K',
  'offer.accept': 'Alt+Shift+A',
  'offer.decline': 'Alt+Shift+D',
  'list.search': 'Alt+Shift+F',
  'list.next': 'Alt+Shift+J',
  'list.previous': 'Alt+Shift+K',
  'compose.focus': 'Alt+Shift+M',
  'compose.note': 'Alt+Shift+N',
  'act.hold': 'Alt+Shift+H',
  'act.transfer': 'Alt+Shift+T',
  'act.wrapUp': 'Alt+Shift+W',
  'act.leave': 'Alt+Shift+L',
  'state.ready': 'Alt+Shift+R',
  'state.notReady': 'Alt+Shift+P',
} as const;
export type Command = keyof typeof COMMANDS;

const handlers = new Map<Command, (() => void)[]>();

/** Gives a command its meaning while the component stands; the latest counts. */
export function useCommand(command: Command, run: () => void, enabled = true): void {
  const latest = useLatest(run);
  useEffect(() => {
    if (!enabled) return;
    const handler = () => latest()();
    handlers.set(command, [...(handlers.get(command) ?? []), handler]);
    return () => {
      handlers.set(
        command,
        (handlers.get(command) ?? []).filter((other) => other !== handler),
      );
    };
  }, [command, enabled, latest]);
}

export function runCommand(command: Command): boolean {
  const handler = handlers.get(command)?.at(-1);
  handler?.();
  return handler !== undefined;
}
export const openPalette = () => void runCommand('palette.open');
export function isAvailable(command: Command): boolean {
  return (handlers.get(command)?.length ?? 0) > 0;
}

export type Shortcuts = Readonly<Record<Command, string>>;
/** Empty text: the command has no keys. */
export function shortcuts(): Shortcuts {
  return { ...COMMANDS, ...preference<Partial<Shortcuts>>('shortcuts', {}) };
}
export function setShortcut(command: Command, keys: string): void {
  prefer('shortcuts', { ...shortcuts(), [command]: keys });
}
export const shortcutsOn = () => preference('shortcutsOn', true);
export const switchShortcuts = (on: boolean) => prefer('shortcutsOn', on);

/** Keys as text, `Alt+Shift+A`; null without a modifier, and for a modifier alone. `code` names the key whatever the layout. */
export function keysOf(event: KeyboardEvent): string | null {
  const key = /^(?:Key|Digit)(.)$/.exec(event.code)?.[1] ?? event.key;
  if (['Alt', 'Control', 'Meta', 'Shift'].includes(event.key)) return null;
  if (!event.altKey && !event.ctrlKey && !event.metaKey) return null;
  return [
    event.ctrlKey || event.metaKey ? 'Mod' : '',
    event.altKey ? 'Alt' : '',
    event.shiftKey ? 'Shift' : '',
    key.length === 1 ? key.toUpperCase() : key,
  ]
    .filter((part) => part !== '')
    .join('+');
}

/** Listens to the keyboard for as long as the page stands. */
export function useShortcuts(): void {
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      if (!shortcutsOn()) return;
      const keys = keysOf(event);
      const command = (Object.entries(shortcuts()) as [Command, string][]).find(
        ([, assigned]) => assigned !== '' && assigned === keys,
      )?.[0];
      if (command && runCommand(command)) event.preventDefault();
    }
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}
