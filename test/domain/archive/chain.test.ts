import { chainText, immutableMembers } from '../../../domain/archive/chain';
import { anEntry } from '../../support/archive';

describe('chainText', () => {
  it('leaves out nulls at the top, keeps those below, and takes nothing that changes later', () => {
    const entry = anEntry({
      conversationId: 'cnv_1',
      seq: 7,
      type: 'TASK_STATE_CHANGED',
      actor: { type: 'AGENT', id: 'agt_1', name: null, supervisor: true },
      body: null,
      data: { agentId: null },
      channelSessionId: null,
    });
    const text = chainText('previous', { ...entry, delivery: 'later' } as typeof entry);
    expect(text).toBe(
      'previous{"actor":{"id":"agt_1","name":null,"type":"AGENT"},"at":"2026-11-22T10:00:00.000Z",' +
        '"conversationId":"cnv_1","data":{"agentId":null},"id":"msg_1-7","seq":7,"type":"TASK_STATE_CHANGED"}',
    );
  });
});

describe('immutableMembers', () => {
  it('are those of domain.md 8.1', () => {
    const members = Object.keys(immutableMembers(anEntry({ conversationId: 'cnv_1', seq: 1 })));
    expect(members).toEqual([
      'conversationId',
      'seq',
      'id',
      'type',
      'at',
      'sentAt',
      'actor',
      'channelSessionId',
      'body',
      'data',
      'replyTo',
      'providerMessageId',
    ]);
  });
});
