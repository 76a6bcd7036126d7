import { createNameFinder } from '../../../infra/mongo/raw-names';

const NUMBER = '+15550002222';
const MAIL = 'ana@mail.example';
const base64 = (text: string) => Buffer.from(text).toString('base64');
/** As mail breaks it. */
const inLines = (text: string) => base64(text).replaceAll(/.{76}/g, '$&\r\n');

it.each<[string, string, string | Buffer]>([
  ['a number in a form', NUMBER, 'From=%2B15550002222&Body=Hi'],
  ['a number of WhatsApp', NUMBER, '{"from":"15550002222","text":'],
  ['a number that is called from abroad', NUMBER, 'tel:0015550002222'],
  ['a number in a message id', NUMBER, `{"id":"wamid.${base64('\x1c\x18\x0b15550002222\x15')}"}`],
  ['an address in capitals', MAIL, 'From: Ana <ANA@Mail.Example>'],
  ['an address in a form', MAIL, 'from=ana%40mail.example'],
  ['an address in a quoted-printable mail', MAIL, 'as ana=40mail.exa=\r\nmple wrote'],
  ['an address in a mail in base64', MAIL, inLines(`${'x'.repeat(70)} <ana@mail.example> wrote`)],
  ['an address in two bytes a letter', MAIL, Buffer.from('To: ana@mail.example', 'utf16le')],
  ['an id', '1234567', '{"chat":{"id":1234567,"type":"private"}}'],
  ['an id with a slash, escaped', 'shop/ana', String.raw`{"user":"shop\/ana"}`],
  ['an id in escapes', 'zoë', String.raw`{"user":"zo\u00eb"}`],
  ['an id in other letters', 'آمنہ', '{"user":"آمنہ"}'],
  ['an id of signs', 'a.b*c', 'a.b*c'],
])('finds %s', (_what, name, raw) => {
  const finds = createNameFinder(['somebody-else', name]);
  expect(finds(Buffer.from(raw as string))).toBe(true);
  expect(createNameFinder(['somebody-else'])(Buffer.from(raw as string))).toBe(false);
});

it.each<[string, string, string]>([
  ['a longer number', NUMBER, 'From=%2B155500022223'],
  ['the end of a longer number', NUMBER, '{"from":"915550002222"}'],
  ['a longer id', '1234567', '{"id":12345678}'],
  ['a longer word', 'ana', '{"user":"joanna","city":"Indiana"}'],
  ['what a pattern would mean', 'a.b*c', 'axbbc'],
  ['nothing', '', 'anything'],
])('does not take %s for them', (_what, name, raw) => {
  expect(createNameFinder([name])(Buffer.from(raw))).toBe(false);
});

it('looks through a megabyte of anything', () => {
  const noise = Buffer.alloc(1_048_576, 'aB3/+=%41\\u0041');
  const finds = createNameFinder(Array.from({ length: 60 }, (_, n) => `user-${n}`));
  expect(finds(noise)).toBe(false);
  expect(finds(Buffer.concat([noise, Buffer.from(' user-59 ')]))).toBe(true);
});
