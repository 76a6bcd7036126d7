import { sleep } from '@temporalio/workflow';
import { privacy } from './activities';
import type { PrivacyInput } from './messages';

/** Everything that is stored about a customer as one file, which is deleted again after its link has expired. */
export async function exportWorkflow(input: PrivacyInput): Promise<void> {
  await privacy.exportCustomer(input);
  await sleep('7 days');
  await privacy.deleteExport(input);
}
