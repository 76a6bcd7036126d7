import fc from 'fast-check';
import type { ChannelType } from '../../../domain/channel/types';
import {
  assertedNumber,
  identityNamespace,
  identityOf,
  typedIdentifier,
  typedNumber,
} from '../../../domain/customer/identity';

const scope = (channelType: ChannelType) => ({ channelType, serviceIdentifier: 'main' });

describe('identityNamespace', () => {
  it.each([
    ['WHATSAPP', 'whatsapp'],
    ['SMS', 'sms'],
    ['CX_VOICE', 'voice'],
    ['EMAIL', 'email'],
    ['WEB', 'web:main'],
    ['TELEGRAM', 'telegram:main'],
    ['GENERIC', 'generic:main'],
  ] as const)('of %s is %s', (channelType, namespace) => {
    expect(identityNamespace(scope(channelType))).toBe(namespace);
  });
});

describe('identityOf', () => {
  it.each([
    ['WHATSAPP', '15550002222', 'whatsapp', '+15550002222'],
    ['WHATSAPP', 'whatsapp:+15550002222', 'whatsapp', '+15550002222'],
    ['WHATSAPP', 'US.13491208655302741918', 'whatsapp', 'US.13491208655302741918'],
    ['SMS', '+5215512345678', 'sms', '+5215512345678'], // a national quirk is never rewritten
    ['SMS', '12345', 'sms:main', '12345'], // a short code
    ['SMS', 'PARLEY', 'sms:main', 'PARLEY'],
    ['EMAIL', ' Ana@Example.COM ', 'email', 'ana@example.com'],
    ['TELEGRAM', '4711', 'telegram:main', '4711'],
  ] as const)('of %s %s is %s %s', (channelType, identifier, namespace, externalId) => {
    expect(identityOf(scope(channelType), identifier)).toMatchObject({ namespace, externalId });
  });

  it('says what may match across channels: numbers and mail addresses alone', () => {
    expect(identityOf(scope('SMS'), '+15550002222')).toMatchObject({
      phone: '+15550002222',
      email: null,
    });
    expect(identityOf(scope('EMAIL'), 'a@b.example')).toMatchObject({
      phone: null,
      email: 'a@b.example',
    });
    expect(identityOf(scope('WEB'), '+15550002222')).toMatchObject({ phone: null, email: null });
  });
});

describe('numbers', () => {
  it.each([
    ['+1 (555) 000-2222', '+15550002222'],
    ['+44.20.7946.0958', '+442079460958'],
    ['15550002222', null],
    ['00442079460958', null],
    ['+123456', null],
    ['+1234567890123456', null],
    ['+1 555 call me', null],
  ])('typed %s is %s', (typed, number) => {
    expect(typedNumber(typed)).toBe(number);
    expect(typedIdentifier(scope('SMS'), typed)).toBe(number);
  });

  it('come out as they went in once they are normal', () => {
    const digits = fc.stringMatching(/^[0-9]{7,15}$/);
    fc.assert(
      fc.property(digits, (number) => {
        expect(assertedNumber(number)).toBe(`+${number}`);
        expect(assertedNumber(`+${number}`)).toBe(`+${number}`);
        expect(typedNumber(`+${number}`)).toBe(`+${number}`);
      }),
    );
  });
});
