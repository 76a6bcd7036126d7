import { h, type JSX } from 'preact';

const icon =
  (...paths: readonly string[]) =>
  (): JSX.Element =>
    h(
      'svg',
      {
        viewBox: '0 0 24 24',
        fill: 'none',
        stroke: 'currentColor',
        'stroke-width': '2',
        'stroke-linecap': 'round',
        'stroke-linejoin': 'round',
        'aria-hidden': 'true',
        focusable: 'false',
      },
      paths.map((d) => h('path', { d, key: d })),
    );

export const ChatIcon = icon(
  'M21 11.5a8.4 8.4 0 0 1-8.5 8.3 9 9 0 0 1-3.7-.8L3.5 20.5l1.6-4.6A8 8 0 0 1 4 11.5a8.4 8.4 0 0 1 8.5-8.3 8.4 8.4 0 0 1 8.5 8.3Z',
  'M8.5 11.5h.01M12.5 11.5h.01M16.5 11.5h.01',
);
export const CloseIcon = icon('m6 9.5 6 6 6-6');
export const EndIcon = icon(
  'M15 4h3a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-3',
  'M10 8l-4 4 4 4',
  'M6 12h9',
);
export const SendIcon = icon('M5 12h13', 'm12.5 6 6 6-6 6');
export const DownIcon = icon('M12 5v13', 'm6 12.5 6 6 6-6');
export const FileIcon = icon(
  'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8Z',
  'M14 3v5h5',
);
export const CheckIcon = icon('m5 12.5 4.5 4.5L19 7.5');
export const ChecksIcon = icon('m2.5 12.5 4.5 4.5L16 7.5', 'm12 15.5 1.5 1.5L22 7.5');
export const ClockIcon = icon('M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z', 'M12 7.5V12l3 2');
export const AlertIcon = icon(
  'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z',
  'M12 8v4.5M12 16h.01',
);
export const AttachIcon = icon(
  'm20 11.5-8.2 8.2a5 5 0 0 1-7.1-7.1l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4l7.4-7.4',
);
