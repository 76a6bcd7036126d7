// The next version of the api: what it tells workflows has a member that the earlier version does not know.
const { WorkflowClient } = require('@temporalio/client');

const isPlain = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const newer = (args) =>
  args?.map((arg) => (isPlain(arg) ? { ...arg, ofTheNextVersion: { unknown: [1, 'two'] } } : arg));

const { prototype } = WorkflowClient;
for (const [handler, place, member] of [
  ['_signalWorkflowHandler', 0, 'args'],
  ['_signalWithStartWorkflowHandler', 0, 'signalArgs'],
  ['_startUpdateHandler', 1, 'args'],
]) {
  const before = prototype[handler];
  if (typeof before !== 'function') throw new Error(`the client has no ${handler}`);
  prototype[handler] = function (...given) {
    given[place] = { ...given[place], [member]: newer(given[place][member]) };
    return before.apply(this, given);
  };
}
