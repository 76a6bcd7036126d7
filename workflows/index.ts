export { closingWorkflow } from './conversation/closing-workflow';
export { conversationWorkflow } from './conversation/workflow';
export { mergeWorkflow } from './housekeeping/merge-workflow';
export { mediaWorkflow } from './media/workflow';
export { eraseWorkflow } from './privacy/erase-workflow';
export { exportWorkflow } from './privacy/export-workflow';
export { retentionWorkflow } from './privacy/retention-workflow';
export { routingWorkflow } from './routing/workflow';
