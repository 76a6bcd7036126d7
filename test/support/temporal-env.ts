import './quiet';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { SEARCH_ATTRIBUTE_TYPES } from '../../infra/search-attributes';
import { binaryPath } from './binaries';

/**
 * The time-skipping server with our search attributes. One per test file, serial within it (its clock is global), always
 * `await env?.teardown()` afterwards. It has no listing, no schedules and no user metadata; nothing is skipped while an
 * update is awaited.
 */
export async function createTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: binaryPath('temporal-test-server') } },
  });
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
