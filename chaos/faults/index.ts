import { killWorkers } from './f01-workers';
import { killApi } from './f02-api';
import { killTemporal } from './f03-temporal';
import { killMongod } from './f04-mongod';
import { freeze } from './f05-freeze';
import { latency } from './f06-latency';
import { oneWayCut } from './f07-one-way';
import { flapping } from './f08-flapping';
import { repeats } from './f10-repeats';
import { disorder } from './f11-order';
import { troubledProvider } from './f12-provider';
import { lostAnswers } from './f13-lost-answers';
import { refusals } from './f14-refusals';
import type { Fault } from './fault';

/** All of them, in the order of the specification. */
export const FAULTS: readonly Fault[] = [
  killWorkers,
  killApi,
  killTemporal,
  killMongod,
  freeze,
  latency,
  oneWayCut,
  flapping,
  repeats,
  disorder,
  troubledProvider,
  lostAnswers,
  refusals,
];
