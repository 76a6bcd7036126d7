/** Every word that the widget says by itself. A page may replace any of them by `data-labels` (JSON), as for another language. */
export const ENGLISH = {
  open: 'Open chat',
  close: 'Close chat',
  title: 'Chat with us',
  message: 'Message',
  placeholder: 'Write a message…',
  send: 'Send',
  start: 'Start chat',
  startAgain: 'Start a new chat',
  end: 'End chat',
  endQuestion: 'End this chat?',
  endYes: 'Yes, end it',
  endNo: 'Keep chatting',
  conversation: 'Conversation',
  loading: 'Loading your chat…',
  starting: 'Starting your chat…',
  empty: 'Write to us. We are listening.',
  beforeStart: 'Before we start',
  required: 'Please fill this in.',
  optional: 'optional',
  reconnecting: 'Connection lost. Trying again…',
  offline: 'You are offline. What you write goes out when you are back.',
  unavailable: 'The chat cannot be reached right now.',
  expired: 'This chat has expired.',
  busy: 'A lot is going on. Please try again in a moment.',
  retry: 'Try again',
  discard: 'Discard',
  sending: 'Sending…',
  sent: 'Sent',
  delivered: 'Delivered',
  seen: 'Seen',
  failed: 'Not sent',
  refused: 'This could not be sent.',
  edited: 'edited',
  deleted: 'Deleted',
  you: 'You',
  assistant: 'Assistant',
  agent: 'Agent',
  joined: '{name} joined the chat',
  left: '{name} left the chat',
  ended: 'The chat has ended',
  inactive: 'The chat ended because nobody wrote for a while',
  typing: '{name} is writing…',
  with: 'With {name}',
  unread: '{count} unread',
  latest: 'Jump to the latest',
  earlier: 'Show earlier',
  more: 'Show all',
  attach: 'Attach a file',
  uploading: 'Uploading {name}…',
  uploadFailed: '{name} could not be sent.',
  uploadTooLarge: '{name} is too large.',
  dismiss: 'Dismiss',
  download: 'Download {name}',
  file: 'file',
  filePending: 'on its way…',
  fileFailed: 'could not be received',
  unsupported: 'This cannot be shown here.',
  today: 'Today',
  yesterday: 'Yesterday',
} as const;

export type Labels = Readonly<Record<keyof typeof ENGLISH, string>>;

/** English with a page's own words over it; what is no text or no known word is left out. */
export function labelsFrom(json: string | null | undefined): Labels {
  const own = parse(json);
  const known = Object.entries(own).filter(
    ([key, value]) => key in ENGLISH && typeof value === 'string',
  );
  return { ...ENGLISH, ...Object.fromEntries(known) };
}

/** `{name}` replaced by `values.name`. */
export function fill(label: string, values: Readonly<Record<string, string | number>>): string {
  return label.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

function parse(json: string | null | undefined): object {
  try {
    const value: unknown = JSON.parse(json ?? '{}');
    return typeof value === 'object' && value ? value : {};
  } catch {
    return {};
  }
}
