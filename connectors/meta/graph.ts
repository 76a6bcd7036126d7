import { z } from 'zod';
import {
  ConnectorError,
  type ConnectorErrorFacts,
  type ConnectorErrorType,
} from '../../domain/errors';
import {
  callProvider,
  detailOf,
  errorOfStatus,
  type ProviderAnswer,
  retryAfter,
} from '../provider-call';

const Code = z.union([z.number(), z.string()]).nullish();
/** A failure as the Graph API words it: in answers, in statuses and for a whole account (connectors.md 2.3). */
export const GraphError = z.looseObject({
  code: Code,
  error_subcode: Code,
  message: z.string().nullish(),
  title: z.string().nullish(),
  error_data: z.looseObject({ details: z.string().nullish() }).nullish().catch(null),
  fbtrace_id: z.string().nullish(),
});
export type GraphError = z.infer<typeof GraphError>;
const ErrorBody = z.looseObject({ error: GraphError });

/** What codes mean, by `code` or `code/subcode`; the latter counts more. */
export type CodeTable = Readonly<
  Record<string, readonly [ConnectorErrorType, ConnectorErrorFacts?]>
>;

/** The error that a code stands for by a table; null when the table does not know it. */
export function errorOfGraphCode(
  { code, error_subcode: subcode }: Pick<GraphError, 'code' | 'error_subcode'>,
  table: CodeTable,
  facts: ConnectorErrorFacts = {},
): ConnectorError | null {
  if (code == null) return null;
  const names = [...(subcode == null ? [] : [`${code}/${subcode}`]), String(code)];
  const name = names.find((candidate) => Object.hasOwn(table, candidate));
  const row = name === undefined ? undefined : table[name];
  if (!name || !row) return null;
  const [type, known] = row;
  return new ConnectorError(type, `Graph API ${name}`, { ...known, ...facts, code: name });
}

/** Posts JSON. Throws what an answer other than 2xx means: by its code where a table knows it, never by its text. */
export async function postGraph(
  fetch: typeof globalThis.fetch,
  url: string,
  {
    headers,
    body,
    signal,
    errorOf,
  }: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
    readonly signal: AbortSignal;
    readonly errorOf: (answer: ProviderAnswer) => ConnectorError;
  },
): Promise<ProviderAnswer> {
  const answer = await callProvider(fetch, url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
    redirect: 'manual',
  });
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw errorOf(answer);
}

/** An answer other than 2xx: by its code where the table has it, else by status. */
export function errorOfAnswer(answer: ProviderAnswer, table: CodeTable): ConnectorError {
  const parsed = ErrorBody.safeParse(answer.json);
  if (!parsed.success) return errorOfStatus(answer);
  const { error } = parsed.data;
  const facts = { ...retryAfter(answer.headers), ...factsOf(error) };
  return errorOfGraphCode(error, table, facts) ?? errorOfStatus(answer, facts);
}

/** The provider's own words about a failure, fit to be kept. */
function factsOf(error: GraphError): ConnectorErrorFacts {
  const { code, message, error_data: data, fbtrace_id: trace } = error;
  return {
    ...(code != null && { code: String(code) }),
    ...detailOf([message, data?.details].filter(Boolean).join(': ')),
    ...(trace && { traceId: trace.slice(0, 64) }),
  };
}
