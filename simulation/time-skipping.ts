import { TestWorkflowEnvironment } from '@temporalio/testing';
import { SEARCH_ATTRIBUTE_TYPES } from '../infra/search-attributes';

/** The time-skipping server with our search attributes. It has no listing, no schedules and no user metadata. */
export async function openTimeSkipping(path: string | undefined): Promise<TestWorkflowEnvironment> {
  const env = await TestWorkflowEnvironment.createTimeSkipping(
    path ? { server: { executable: { type: 'existing-path', path } } } : {},
  );
  try {
    // It cannot list them, so they are added unseen; it is always new.
    await env.connection.operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: SEARCH_ATTRIBUTE_TYPES,
    });
    return env;
  } catch (error) {
    await env.teardown();
    throw error;
  }
}

/**
 * Workflow code for a worker of that server, which forgets a query that its task has not answered. So queries are answered also while
 * a local activity runs, and a history is replayed as it was only by chance (docs/adr/0020).
 */
export function answeringAtOnce({ code }: { readonly code: string }): { readonly code: string } {
  return { code: `globalThis.parleyAnswersAtOnce = true; ${code}` };
}
