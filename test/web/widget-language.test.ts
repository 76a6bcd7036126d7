import { datesIn } from '../../web/shared/dates';
import { fill } from '../../web/widget/labels';
import { ARABIC } from '../../web/widget/labels-ar';
import { ENGLISH } from '../../web/widget/labels-en';
import { languageOf } from '../../web/widget/language';

const hints = (own: string | null, channel: string | undefined, page: string, browser: string) => ({
  own,
  channel,
  page,
  browser,
});

describe('languageOf', () => {
  it.each([
    ['the page’s own wish', hints('ar-EG', 'en', 'en', 'en-US'), 'ar-EG', 'rtl', true],
    ['also against an Arabic channel', hints('en', 'ar', 'ar', 'ar'), 'en', 'ltr', true],
    ['the channel', hints(null, 'ar', 'en', 'en-US'), 'ar', 'rtl', true],
    [
      'the page, where the channel names none',
      hints(null, 'en', 'ar', 'en-US'),
      'ar',
      'rtl',
      false,
    ],
    ['the page, before settings are here', hints(null, undefined, 'ar', 'en'), 'ar', 'rtl', false],
    ['the browser', hints(null, 'en', '', 'ar-SA'), 'ar-SA', 'rtl', false],
    ['the next that there are words for', hints('de', 'fr', 'ar', 'en'), 'ar', 'rtl', false],
    ['another Aramaic', hints('arc', 'en', '', ''), 'en', 'ltr', false],
    ['an underscore', hints('ar_EG', 'en', '', ''), 'ar-EG', 'rtl', true],
    ['rubbish', hints('not a language!', '%', '<html>', ''), 'en', 'ltr', false],
  ] as const)('%s', (_, given, locale, dir, chosen) => {
    expect(languageOf(given, null)).toMatchObject({ locale, dir, chosen });
    expect(languageOf(given, null).labels).toEqual(locale.startsWith('ar') ? ARABIC : ENGLISH);
  });

  it('is that of the page’s own words, whatever it is', () => {
    const own = JSON.stringify({ open: 'Chat öffnen', send: 7, constructor: 'x' });
    const { labels, locale } = languageOf(hints('de', 'ar', 'ar', 'en'), own);
    expect(locale).toBe('de');
    expect(labels).toEqual({ ...ENGLISH, open: 'Chat öffnen' });
    expect(languageOf(hints('fa', 'en', '', 'en'), '{}').dir).toBe('rtl');
    expect(languageOf(hints(null, 'ar', '', 'en'), 'not JSON').labels).toEqual(ARABIC);
  });
});

it('every label has the same places in both languages', () => {
  const places = (text: string) => text.match(/\{\w+\}/g) ?? [];
  for (const [key, text] of Object.entries(ENGLISH))
    expect([key, places(ARABIC[key as keyof typeof ENGLISH])]).toEqual([key, places(text)]);
  expect(fill(ARABIC.joined, { name: 'Ana' })).toContain('\u2068Ana\u2069');
});

it('dates are those of the language, and what is none is nothing', () => {
  const at = '2026-11-22T10:05:00';
  expect(datesIn('en').time(at)).toMatch(/^10:05\sAM$/);
  expect(datesIn('de').day(at)).toBe('Sonntag, 22. November');
  expect(datesIn('ar').day(at)).toContain('نوفمبر');
  expect([datesIn('en').time('x'), datesIn('en').dateTime('')]).toEqual(['', '']);
});
