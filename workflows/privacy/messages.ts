/** Input of `eraseWorkflow` and `exportWorkflow`; ids only, since histories are kept. */
export interface PrivacyInput {
  readonly jobId: string;
  readonly customerId: string;
}
