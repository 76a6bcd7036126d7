import { DefaultLogger, Runtime } from '@temporalio/worker';

// Imported for its effect, before the first worker: a worker's comings and goings are no news in a test's output.
Runtime.install({ logger: new DefaultLogger('ERROR') });
