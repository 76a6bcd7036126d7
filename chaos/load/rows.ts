import type { Db } from 'mongodb';
import type { RunRecord, SentPart } from '../checker/record';

/** What the database holds of these conversations, read past the API. */
export async function rowsOf(
  db: Db,
  conversationIds: readonly string[],
): Promise<RunRecord['rows']> {
  const of = { conversationId: { $in: [...conversationIds] } };
  const repeated = async (member: string) =>
    (
      await db
        .collection('timeline')
        .aggregate<{ _id: { c: string; k: string } }>([
          { $match: { ...of, [member]: { $type: 'string' }, type: 'CUSTOMER_MESSAGE' } },
          { $group: { _id: { c: '$channelId', k: `$${member}` }, n: { $sum: 1 } } },
          { $match: { n: { $gt: 1 } } },
        ])
        .toArray()
    ).map(({ _id }) => `${member} ${_id.c} ${_id.k}`);
  const parts = await db
    .collection<SendRow>('sends')
    .find(of)
    .project<SendRow>({ messageId: 1, channelId: 1, attempt: 1, status: 1 })
    .toArray();
  return {
    repeatedKeys: [...(await repeated('eventKey')), ...(await repeated('providerMessageId'))],
    parts: parts.map(({ _id, ...part }) => ({ partId: _id, ...part })),
  };
}

type SendRow = Omit<SentPart, 'partId'> & { readonly _id: string };
