import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { privacy } from './activities';
import type { RetentionInput } from './messages';

/**
 * Erases conversations that closed longer ago than their channels keep them (`retentionDays`, domain.md section 9). A schedule starts
 * it daily. Answers how many there were.
 */
export async function retentionWorkflow(input: RetentionInput = {}): Promise<number> {
  const at = input.at ?? new Date().toISOString();
  let { after = null, retired = 0 } = input;
  for (;;) {
    const step = await privacy.retireNext({ at, after });
    retired += step.retired;
    after = step.next;
    if (after === null) return retired;
    if (workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof retentionWorkflow>({ at, after, retired });
  }
}
