import { claimMedia } from '../../../api/ingress/inbound-media';
import type { MessageBody } from '../../../domain/message/schema';

const image: MessageBody = {
  type: 'IMAGE',
  mediaId: 'pending:0',
  caption: 'us',
  mimeType: 'image/jpeg',
};
const ref = 'https://cdn.example/a.jpg';

describe('claimMedia', () => {
  it('names a medium by its message and keeps the address out of the body', () => {
    const { body, pending } = claimMedia('msg_1', image, [{ ref, sha256: 'ab' }]);
    expect(body).toEqual({ ...image, mediaId: expect.stringMatching(/^med_[a-z2-7]{26}$/) });
    expect(pending).toEqual([
      {
        mediaId: 'mediaId' in body && body.mediaId,
        ref,
        sha256: 'ab',
        mimeType: 'image/jpeg',
        fileName: null,
      },
    ]);
    expect(JSON.stringify(body)).not.toContain('cdn.example');
  });

  it('gives every copy of a message the same ids, and other messages others', () => {
    const idOf = (messageId: string) => claimMedia(messageId, image, [{ ref }]).pending[0]?.mediaId;
    expect(idOf('msg_1')).toBe(idOf('msg_1'));
    expect(idOf('msg_1')).not.toBe(idOf('msg_2'));
  });

  it('takes what came along, each under its own name', () => {
    const mail: MessageBody = {
      type: 'EMAIL',
      text: 'hi',
      htmlMediaId: 'pending:0',
      attachments: [{ mediaId: 'pending:1', fileName: 'a.pdf', mimeType: 'application/pdf' }],
    };
    const bytes = [new Uint8Array([1]), new Uint8Array([2])];
    const { body, contents, pending } = claimMedia(
      'msg_1',
      mail,
      bytes.map((content) => ({ content })),
    );
    expect(pending).toEqual([]);
    expect(contents).toMatchObject([
      { mimeType: 'text/html', fileName: null, content: bytes[0] },
      { mimeType: 'application/pdf', fileName: 'a.pdf', content: bytes[1] },
    ]);
    expect(JSON.stringify(body)).not.toContain('pending:');
  });

  it.each([
    ['without a source', 'pending:1'],
    ['beyond any list', 'pending:999'],
    ['of no shape', 'pending:__proto__'],
  ])('leaves a reference %s as it is', (_what, mediaId) => {
    expect(claimMedia('msg_1', { ...image, mediaId }, [{ ref }])).toEqual({
      body: { ...image, mediaId },
      pending: [],
      contents: [],
    });
  });

  it('takes no reference that is endless', () => {
    const endless = { ref: `https://cdn.example/${'a'.repeat(5000)}` };
    expect(claimMedia('msg_1', image, [endless])).toMatchObject({ body: image, pending: [] });
  });
});
