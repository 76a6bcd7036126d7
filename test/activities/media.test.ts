import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createMediaActivities } from '../../activities/media';
import type { AnyConnector } from '../../connectors/connector';
import { twilioConnector } from '../../connectors/twilio';
import { Channel } from '../../domain/channel/schema';
import { ProblemError } from '../../domain/errors';
import { MediaError } from '../../domain/message/media-error';
import { createOutgoing, type Outgoing } from '../../infra/outgoing';
import type { MediaStore } from '../../infra/stores';
import { REFUSED_URLS, resolveName } from '../support/refused-urls';

/** Failed attempts are what these tests are about. */
const SILENT = new DefaultLogger('ERROR', () => undefined);

const strict = createOutgoing({ allowedPrivateHosts: [], resolve: resolveName });

type Put = Parameters<MediaStore['put']>[0];
const channel = Channel.parse({
  id: 'sms',
  channelType: 'SMS',
  serviceIdentifier: '+15550001111',
  connectorId: 'c',
});

let server: Server;
let answer: RequestListener;
const requests: { url: string; authorization: string | undefined }[] = [];
const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push({ url: request.url ?? '', authorization: request.headers.authorization });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  requests.length = 0;
  answer = (_request, response) => response.end('bytes');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Runs the activity as attempt `attempt`; what the store was given, or how it failed. */
async function fetched(
  ref: string,
  {
    attempt = 1,
    put,
    connector = twilioConnector,
    baseUrl = base(),
    outgoing = createOutgoing({ allowedPrivateHosts: ['127.0.0.1'] }),
  }: {
    attempt?: number;
    put?: (input: Put) => Promise<never>;
    connector?: AnyConnector;
    baseUrl?: string;
    outgoing?: Outgoing;
  } = {},
) {
  const stored: (Put & { text: string })[] = [];
  const activities = createMediaActivities({
    connectorOf: () => connector,
    config: {
      channel: async () => ({
        channel,
        connector: {
          id: 'c',
          providerId: 'twilio',
          enabled: true,
          cfg: { accountSid: 'AC1', authToken: 'tok', baseUrl },
          valid: true,
        },
      }),
    },
    media: {
      async put(input) {
        if (put) return put(input);
        stored.push({ ...input, text: await new Response(input.stream).text() });
        return { mediaId: 'med_1', mimeType: 'image/png', size: 5, sha256: 'x' };
      },
    },
    outgoing,
  });
  const medium = { mediaId: 'med_1', ref, sha256: null, mimeType: null, fileName: null };
  const environment = new MockActivityEnvironment({ attempt }, { logger: SILENT });
  try {
    await environment.run(activities.fetchMedia, {
      channelId: 'sms',
      customerId: 'cus_1',
      ...medium,
    });
    return { stored };
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    const { type, nonRetryable, nextRetryDelay, message } = error;
    return { stored, type, nonRetryable, nextRetryDelay, message };
  }
}

describe('fetchMedia', () => {
  it('puts what the provider serves into the store, under the id that the message names', async () => {
    answer = (_request, response) => response.setHeader('content-type', 'image/png').end('bytes');
    const { stored } = await fetched(`${base()}/m/1`);
    expect(stored).toMatchObject([
      {
        mediaId: 'med_1',
        text: 'bytes',
        declaredType: 'image/png',
        owner: { role: 'customer', subject: 'cus_1', channelId: 'sms' },
      },
    ]);
  });

  it('M1: shows credentials to the provider alone', async () => {
    await fetched(`${base()}/own`);
    await fetched(`${base()}/foreign`, { baseUrl: 'https://api.twilio.com' });
    answer = (request, response) => {
      if (request.url !== '/hop') return response.end('bytes');
      const { port } = server.address() as AddressInfo;
      return response.writeHead(302, { location: `http://localhost:${port}/elsewhere` }).end();
    };
    await fetched(`${base()}/hop`);
    const basic = `Basic ${Buffer.from('AC1:tok').toString('base64')}`;
    expect(requests.map(({ url, authorization }) => [url, authorization])).toEqual([
      ['/own', basic],
      ['/foreign', undefined],
      ['/hop', basic],
      ['/elsewhere', undefined],
    ]);
  });

  it.each([
    [404, 1, 'GONE', false],
    [404, 4, 'GONE', true],
    [403, 4, 'GONE', true],
    [408, 9, 'UNREACHABLE', false],
    [429, 9, 'UNREACHABLE', false],
    [500, 9, 'UNREACHABLE', false],
    [503, 9, 'UNREACHABLE', false],
  ])('calls %s at attempt %s %s, final: %s', async (status, attempt, type, nonRetryable) => {
    answer = (_request, response) => response.writeHead(status).end('no');
    expect(await fetched(`${base()}/m`, { attempt })).toMatchObject({ type, nonRetryable });
  });

  it('waits as long as the provider asks, at most an hour', async () => {
    answer = (_request, response) => response.writeHead(429, { 'retry-after': '7' }).end();
    expect(await fetched(`${base()}/m`)).toMatchObject({ nextRetryDelay: 7000 });
    answer = (_request, response) => response.writeHead(503, { 'retry-after': '86400' }).end();
    expect(await fetched(`${base()}/m`)).toMatchObject({ nextRetryDelay: 3_600_000 });
  });

  // Of a name that is not found nobody knows yet where it leads.
  const refused = REFUSED_URLS.filter((url) => !url.includes('unknown'));
  it.each([...refused, 'not an address'])('M2: never goes to %p', async (ref) => {
    const { type, nonRetryable, message } = await fetched(ref, { outgoing: strict });
    expect([type, nonRetryable]).toEqual(['REFUSED', true]);
    expect(message).toBe('the medium could not be fetched');
    expect(requests).toEqual([]);
  });

  it.each([
    [
      'announced too large',
      (_: unknown, r: Parameters<RequestListener>[1]) =>
        r.writeHead(200, { 'content-length': String(26 * 1024 * 1024) }).end(),
    ],
    [
      'too large, unannounced',
      (_: unknown, r: Parameters<RequestListener>[1]) => {
        const block = Buffer.alloc(1024 * 1024);
        const more = (left: number): void => {
          if (left === 0) r.end();
          else r.write(block, () => more(left - 1));
        };
        more(27);
      },
    ],
  ] as const)('ends for good when it is %s', async (_what, listener) => {
    answer = listener as RequestListener;
    expect(await fetched(`${base()}/m`)).toMatchObject({ type: 'TOO_LARGE', nonRetryable: true });
  });

  it('tries a broken transfer again, and other bytes than announced a few times', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy());
    };
    expect(await fetched(`${base()}/m`, { attempt: 9 })).toMatchObject({
      type: 'UNREACHABLE',
      nonRetryable: false,
    });
    answer = (_request, response) => response.end('bytes');
    const put = () => Promise.reject(new MediaError('DIGEST', 'other'));
    expect(await fetched(`${base()}/m`, { put })).toMatchObject({
      type: 'DIGEST',
      nonRetryable: false,
    });
    expect(await fetched(`${base()}/m`, { put, attempt: 4 })).toMatchObject({ nonRetryable: true });
  });

  it('waits for MongoDB', async () => {
    const put = () => Promise.reject(new ProblemError('UNAVAILABLE', 'away'));
    expect(await fetched(`${base()}/m`, { put, attempt: 9 })).toMatchObject({
      type: 'UNREACHABLE',
      nonRetryable: false,
    });
  });
});
