import './quiet';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { openTimeSkipping } from '../../simulation/time-skipping';
import { binaryPath } from './binaries';

/**
 * One time-skipping server per test file, serial within it (its clock is global), always `await env?.teardown()` afterwards.
 * Nothing is skipped while an update is awaited.
 */
export function createTimeSkipping(): Promise<TestWorkflowEnvironment> {
  return openTimeSkipping(binaryPath('temporal-test-server'));
}
