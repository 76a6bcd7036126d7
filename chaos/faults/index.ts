import { killWorkers } from './f01-workers';
import { killApi } from './f02-api';
import { killMongod } from './f04-mongod';
import { oneWayCut } from './f07-one-way';
import { repeats } from './f10-repeats';
import { lostAnswers } from './f13-lost-answers';
import type { Fault } from './fault';

/** All of them, in the order of the specification. */
export const FAULTS: readonly Fault[] = [
  killWorkers,
  killApi,
  killMongod,
  oneWayCut,
  repeats,
  lostAnswers,
];
