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
