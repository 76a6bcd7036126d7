import type { Payload } from '@temporalio/common';
import { keysOfEvent } from '../../infra/sealed-history';

const bytes = (text: string) => Buffer.from(text, 'utf8');
const sealed = (keyId: string): Payload => ({
  metadata: { encoding: bytes('binary/encrypted'), 'encryption-key-id': bytes(keyId) },
  data: bytes('…'),
});
const clear = (data: string, metadata: Record<string, string> = {}): Payload => ({
  metadata: Object.fromEntries(
    Object.entries({ encoding: 'json/plain', ...metadata }).map(([name, value]) => [
      name,
      bytes(value),
    ]),
  ),
  data: bytes(data),
});
const payloads = (...all: Payload[]) => ({ payloads: all });
const failure = (rest: object) => ({
  message: 'Encoded failure',
  source: 'TypeScriptSDK',
  encodedAttributes: sealed('key_1'),
  ...rest,
});
const trace = '{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}';
/** 64 bits as protobuf has them. */
const eventId = { low: 1, high: 0, unsigned: false };

describe('what is sealed', () => {
  it.each<[string, object, string[]]>([
    ['nothing at all', { eventId, timerStartedEventAttributes: { timerId: '1' } }, []],
    [
      'inputs, each with its key',
      {
        activityTaskScheduledEventAttributes: { input: payloads(sealed('key_1'), sealed('key_2')) },
      },
      ['key_1', 'key_2'],
    ],
    [
      'summary and details',
      { userMetadata: { summary: sealed('key_1'), details: sealed('key_2') } },
      ['key_1', 'key_2'],
    ],
    [
      'search attributes, which never hold personal data',
      {
        workflowExecutionStartedEventAttributes: {
          input: payloads(sealed('key_1')),
          searchAttributes: {
            indexedFields: { CustomerId: clear('"cus_1"', { type: 'Keyword' }) },
          },
        },
      },
      ['key_1'],
    ],
    [
      'the answer of an update',
      {
        workflowExecutionUpdateCompletedEventAttributes: {
          outcome: { success: payloads(sealed('key_1')) },
        },
      },
      ['key_1'],
    ],
    [
      'a local activity, of which the SDK notes number and name',
      {
        markerRecordedEventAttributes: {
          markerName: 'core_local_activity',
          details: { data: payloads(clear('{"seq":1}')), result: payloads(sealed('key_1')) },
        },
      },
      ['key_1'],
    ],
    [
      'a patch',
      {
        markerRecordedEventAttributes: {
          markerName: 'core_patch',
          details: { 'patch-data': payloads(clear('{"id":"a","deprecated":false}')) },
        },
      },
      [],
    ],
    [
      'a failure with its causes and details',
      {
        activityTaskFailedEventAttributes: {
          failure: failure({
            cause: failure({ encodedAttributes: sealed('key_2') }),
            applicationFailureInfo: { type: 'Rejected', details: payloads(sealed('key_3')) },
          }),
        },
      },
      ['key_1', 'key_2', 'key_3'],
    ],
    [
      'what the server itself says failed',
      {
        workflowTaskFailedEventAttributes: {
          cause: 5,
          failure: { message: 'UnhandledCommand', serverFailureInfo: {} }, // without a source, as seen
        },
        activityTaskTimedOutEventAttributes: {
          failure: {
            message: 'activity Heartbeat timeout',
            source: 'Server',
            timeoutFailureInfo: { lastHeartbeatDetails: payloads(sealed('key_1')) },
          },
        },
      },
      ['key_1'],
    ],
    [
      'a local activity that timed out',
      {
        markerRecordedEventAttributes: {
          markerName: 'core_local_activity',
          details: { data: payloads(clear('{"seq":1}')) },
          failure: { message: 'Activity timed out', timeoutFailureInfo: { timeoutType: 1 } },
        },
      },
      [],
    ],
    [
      'the place of a trace',
      {
        workflowExecutionSignaledEventAttributes: {
          input: payloads(sealed('key_1')),
          header: { fields: { '_tracer-data': clear(trace) } },
        },
      },
      ['key_1'],
    ],
  ])('%s', (_what, event, keys) => {
    expect([...(keysOfEvent(event) ?? ['readable'])].sort()).toEqual(keys);
  });
});

describe('what can be read', () => {
  const data = clear('"Hello"');
  it.each<[string, object]>([
    [
      'one payload among sealed ones',
      { workflowExecutionSignaledEventAttributes: { input: payloads(sealed('key_1'), data) } },
    ],
    ['a summary', { userMetadata: { summary: data, details: sealed('key_1') } }],
    ['a memo', { workflowExecutionStartedEventAttributes: { memo: { fields: { note: data } } } }],
    [
      'the end of the run before',
      { workflowExecutionStartedEventAttributes: { lastCompletionResult: payloads(data) } },
    ],
    [
      'what a local activity answered',
      {
        markerRecordedEventAttributes: {
          markerName: 'core_local_activity',
          details: { data: payloads(clear('{"seq":1}')), result: payloads(data) },
        },
      },
    ],
    [
      'a marker of somebody else',
      { markerRecordedEventAttributes: { markerName: 'notes', details: { data: payloads(data) } } },
    ],
    [
      'the text of a failure',
      { activityTaskFailedEventAttributes: { failure: { message: 'no such number 555' } } },
    ],
    [
      'the text of a failed workflow task',
      {
        workflowTaskFailedEventAttributes: {
          failure: { message: 'no such number 555', serverFailureInfo: {} },
        },
      },
    ],
    [
      'a word of the workflow itself',
      {
        workflowTaskFailedEventAttributes: {
          failure: { message: 'Secret', applicationFailureInfo: {} },
        },
      },
    ],
    [
      'a text that pretends to be encoded',
      {
        activityTaskFailedEventAttributes: {
          failure: { message: 'Encoded failure', stackTrace: 'at' },
        },
      },
    ],
    [
      'a stack',
      { activityTaskFailedEventAttributes: { failure: failure({ stackTrace: 'at 555' }) } },
    ],
    [
      'the text of a cause',
      { activityTaskFailedEventAttributes: { failure: failure({ cause: { message: '555' } }) } },
    ],
    [
      'an encoded text that is not sealed',
      { activityTaskFailedEventAttributes: { failure: failure({ encodedAttributes: data }) } },
    ],
    [
      'details of a heartbeat',
      {
        activityTaskTimedOutEventAttributes: {
          failure: {
            message: 'activity Heartbeat timeout',
            source: 'Server',
            timeoutFailureInfo: { lastHeartbeatDetails: payloads(data) },
          },
        },
      },
    ],
    [
      'why somebody ended it',
      { workflowExecutionTerminatedEventAttributes: { reason: 'Ana asked for it' } },
    ],
    [
      'why somebody cancelled it',
      { workflowExecutionCancelRequestedEventAttributes: { cause: 'Ana' } },
    ],
    [
      'what a caller wrote beside a trace',
      {
        workflowExecutionSignaledEventAttributes: {
          header: {
            fields: { '_tracer-data': clear(trace.replace('}', ',"tracestate":"ana=1"}')) },
          },
        },
      },
    ],
    [
      'another header',
      { workflowExecutionSignaledEventAttributes: { header: { fields: { note: data } } } },
    ],
    [
      'a header that is named as what holds search attributes',
      { workflowExecutionSignaledEventAttributes: { header: { fields: { indexedFields: data } } } },
    ],
    ['bytes of whatever', { nexusOperationScheduledEventAttributes: { token: bytes('Hello') } }],
  ])('%s', (_what, event) => {
    expect(keysOfEvent(event)).toBeNull();
  });
});
