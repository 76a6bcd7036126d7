/** Used where the channel sets none. */
export const DEFAULT_ACCENT = '#0b6b5e';

type Rgb = readonly [number, number, number];

/** The less favourable of the surfaces that accent-coloured words stand on: `--raised` of styles.ts. */
const LIGHT_SURFACE: Rgb = [242, 244, 246];
const DARK_SURFACE: Rgb = [42, 47, 55];

/** Custom properties for one accent colour. Whatever an administrator picks, text on it and text in it stay readable (WCAG AA, 4.5 : 1). */
export function themeOf(accent: string | undefined): {
  readonly light: Readonly<Record<string, string>>;
  readonly dark: Readonly<Record<string, string>>;
} {
  const colour = parse(accent) ?? (parse(DEFAULT_ACCENT) as Rgb);
  return { light: variables(colour, LIGHT_SURFACE), dark: variables(colour, DARK_SURFACE) };
}

function variables(accent: Rgb, surface: Rgb): Readonly<Record<string, string>> {
  return {
    '--accent': css(accent),
    '--on-accent': contrast(accent, [255, 255, 255]) >= 4.5 ? '#fff' : '#000',
    '--accent-ink': css(readable(accent, surface)),
  };
}

/** The colour nearest to `colour` that reads on `surface`. */
function readable(colour: Rgb, surface: Rgb): Rgb {
  const towards: Rgb = luminance(surface) > 0.5 ? [0, 0, 0] : [255, 255, 255];
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(colour, towards, share);
    if (contrast(mixed, surface) >= 4.6) return mixed;
  }
  return towards;
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const at = (index: 0 | 1 | 2) => Math.round(a[index] + (b[index] - a[index]) * share);
  return [at(0), at(1), at(2)];
}
/** WCAG 2.2, relative luminance and contrast ratio. */
function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
/** From 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
/** `#rrggbb`, null for anything else. */
export function parse(text: string | undefined): Rgb | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text ?? '');
  if (!match) return null;
  const [r, g, b] = match.slice(1).map((hex) => Number.parseInt(hex, 16)) as [
    number,
    number,
    number,
  ];
  return [r, g, b];
}
function css(colour: Rgb): string {
  return `rgb(${colour.join(' ')})`;
}
