export { closingWorkflow } from './conversation/closing-workflow';
export { conversationWorkflow } from './conversation/workflow';
export { mergeWorkflow } from './housekeeping/merge-workflow';
export { mediaWorkflow } from './media/workflow';
export { routingWorkflow } from './routing/workflow';
