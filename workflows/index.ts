export { closingWorkflow } from './conversation/closing-workflow';
export { conversationWorkflow } from './conversation/workflow';
export { mergeWorkflow } from './housekeeping/merge-workflow';
export { routingWorkflow } from './routing/workflow';
