import { killWorkers } from './f01-workers';
import { killApi } from './f02-api';
import { killTemporal } from './f03-temporal';
import { killMongod } from './f04-mongod';
import { freeze } from './f05-freeze';
import { latency } from './f06-latency';
import { oneWayCut } from './f07-one-way';
import { flapping } from './f08-flapping';
import { wrongClock } from './f09-clock';
import { repeats } from './f10-repeats';
import { disorder } from './f11-order';
import { troubledProvider } from './f12-provider';
import { lostAnswers } from './f13-lost-answers';
import { refusals } from './f14-refusals';
import { slowReaders } from './f15-slow-readers';
import { poison } from './f16-poison';
import { sizes } from './f17-sizes';
import { longConversation } from './f18-long-conversation';
import { torrent } from './f19-torrent';
import { liveUpgrade } from './f20-live-upgrade';
import { earlierVersions } from './f21-earlier-versions';
import { diskFull } from './f22-disk-full';
import { strangeBots } from './f23-bots';
import { vanishingAgents } from './f24-vanishing-agents';
import { allAtOnce } from './f25-all-at-once';
import { noWorker } from './f26-no-worker';
import { privacyJobs } from './f27-privacy';
import { rotation } from './f28-rotation';
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
  wrongClock,
  repeats,
  disorder,
  troubledProvider,
  lostAnswers,
  refusals,
  slowReaders,
  poison,
  sizes,
  longConversation,
  torrent,
  liveUpgrade,
  earlierVersions,
  diskFull,
  strangeBots,
  vanishingAgents,
  allAtOnce,
  noWorker,
  privacyJobs,
  rotation,
];
