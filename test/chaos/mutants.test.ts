import type { Turn } from '../../domain/conversation/turn';
import { DAY } from '../support/model/story';
import { AS_IT_IS, type Mutant, mutant, withMutant } from '../support/mutant';

/** What the model test says of a day at the stage when the engine is built on the mutant. */
function dayOn(fault: Mutant): readonly string[] {
  return withMutant(fault, ['fast-check'], () => {
    const { plays, wordsOf } =
      require('../support/model/play') as typeof import('../support/model/play');
    return wordsOf(plays(DAY));
  });
}

const FAULTS: readonly (readonly [word: string, what: string, mutant: Mutant])[] = [
  [
    'duplicate',
    'the ring of keys is skipped',
    mutant<typeof import('../../workflows/conversation/key-ring')>(
      'workflows/conversation/key-ring',
      (real) => ({
        KeyRing: class extends real.KeyRing {
          override take(eventKey: string): boolean {
            super.take(eventKey);
            return true;
          }
        },
      }),
    ),
  ],
  [
    'duplicate',
    'continue-as-new drops the ring of keys',
    mutant<typeof import('../../workflows/conversation/key-ring')>(
      'workflows/conversation/key-ring',
      (real) => ({
        KeyRing: class extends real.KeyRing {
          override carry(): readonly string[] {
            return [];
          }
        },
      }),
    ),
  ],
  [
    'lost',
    'continue-as-new drops the requests that wait',
    mutant<typeof import('../../domain/routing/carry')>('domain/routing/carry', (real) => ({
      carry: (...from) => ({ ...real.carry(...from), waiting: [] }),
    })),
  ],
  [
    'divergent',
    'continue-as-new drops who is at work',
    mutant<typeof import('../../domain/routing/carry')>('domain/routing/carry', (real) => ({
      carry: (...from) => ({ ...real.carry(...from), agents: [] }),
    })),
  ],
  [
    'undeclared',
    'a send of unknown outcome is sent again, whatever the channel declares',
    mutant<typeof import('../../domain/message/send-policy')>(
      'domain/message/send-policy',
      (real) => ({
        afterSend: (attempted) => real.afterSend({ ...attempted, policy: 'at-least-once' }),
      }),
    ),
  ],
  [
    'divergent',
    'the last news of a delivery is what counts',
    mutant<typeof import('../../domain/message/delivery')>('domain/message/delivery', (real) => ({
      mergeReports: (reports, ...open) => real.mergeReports(reports.slice(-1), ...open),
    })),
  ],
  [
    'duplicate',
    'a conversation forgets that it has told of a failure',
    mutant<typeof import('../../domain/conversation/follow-ups')>(
      'domain/conversation/follow-ups',
      (real) => {
        const forgetful =
          <T>(fails: (turn: Turn, what: T) => void) =>
          (turn: Turn, what: T) => {
            turn.state.recent = turn.state.recent.map(({ failed: _, ...entry }) => entry);
            fails(turn, what);
          };
        return {
          deliveryReceipt: forgetful(real.deliveryReceipt),
          sendFailed: forgetful(real.sendFailed),
        };
      },
    ),
  ],
  [
    'stuck',
    'a conversation does not end for an erasure while its customer waits',
    mutant<typeof import('../../domain/conversation/closing')>(
      'domain/conversation/closing',
      (real) => ({
        forceClose: (turn, request) => {
          if (request.reason !== 'ERASED') real.forceClose(turn, request);
        },
      }),
    ),
  ],
  [
    'double-offer',
    'an offer rings at a second agent as well',
    mutant<typeof import('../../domain/routing/offers')>('domain/routing/offers', (real) => ({
      ring: (turn, request, agentId) => {
        real.ring(turn, request, agentId);
        const [other] = turn.state.available.get(request.mrdId) ?? [];
        if (other !== undefined) real.ring(turn, request, other);
      },
    })),
  ],
  [
    'over-capacity',
    'an accepted offer takes no place',
    mutant<typeof import('../../domain/routing/places')>('domain/routing/places', (real) => ({
      setPlace: (agent, place) => real.setPlace(agent, { ...place, counts: false }),
    })),
  ],
  [
    'illegal',
    'who is not ready gets offers',
    mutant<typeof import('../../domain/routing/mrd-states')>(
      'domain/routing/mrd-states',
      (real) => ({
        isRoutable: (state) => state === 'NOT_READY' || real.isRoutable(state),
      }),
    ),
  ],
  [
    'illegal',
    'the state forgets that an agent was there',
    mutant<typeof import('../../domain/conversation/derive-state')>(
      'domain/conversation/derive-state',
      (real) => ({ deriveState: (state) => real.deriveState({ ...state, everAgent: false }) }),
    ),
  ],
  [
    'lost',
    'what the customer says in a hold is passed over',
    mutant<typeof import('../../domain/conversation/inbound')>(
      'domain/conversation/inbound',
      (real) => ({
        customerMessage: (turn, event) => {
          if (!turn.state.held) real.customerMessage(turn, event);
        },
      }),
    ),
  ],
  [
    'skipped',
    'an entry that is not said takes a number all the same',
    mutant<typeof import('../../domain/conversation/turn')>('domain/conversation/turn', (real) => ({
      record: (turn, type, ...rest) => {
        if (type === 'CONVERSATION_PAUSED') turn.state.lastSeq += 1;
        return real.record(turn, type, ...rest);
      },
    })),
  ],
  [
    'reordered',
    'a request that comes back waits as long as a new one',
    mutant<typeof import('../../domain/conversation/bounds')>(
      'domain/conversation/bounds',
      () => ({ REQUEUE_PRIORITY: 1 as never }), // its type is its value
    ),
  ],
  [
    'early',
    'a hold is over before its time',
    mutant<typeof import('../../domain/conversation/deadlines')>(
      'domain/conversation/deadlines',
      (real) => ({
        setDeadline: (turn, name, dueAt) =>
          real.setDeadline(turn, name, name === 'hold' ? turn.now : dueAt),
      }),
    ),
  ],
  [
    'twice-fired',
    'the end of a hold is taken twice',
    mutant<typeof import('../../domain/conversation/hold')>('domain/conversation/hold', (real) => ({
      endHold: (turn, ...cause) => {
        const { held } = turn.state;
        real.endHold(turn, ...cause);
        turn.state.held = held;
        real.endHold(turn, ...cause);
      },
    })),
  ],
  [
    'stuck',
    'nothing wakes a conversation that closes',
    mutant<typeof import('../../domain/conversation/deadlines')>(
      'domain/conversation/deadlines',
      (real) => ({
        startDeadline: (turn, name, seconds) => {
          if (name !== 'closing') real.startDeadline(turn, name, seconds);
        },
      }),
    ),
  ],
  [
    'divergent',
    'routing does not hear that work has ended',
    mutant<typeof import('../../domain/conversation/for-routing')>(
      'domain/conversation/for-routing',
      (real) => ({
        forRouting: (from, news) => (news.type === 'ended' ? null : real.forRouting(from, news)),
      }),
    ),
  ],
  [
    'unbounded',
    'the state keeps every entry that ever was',
    mutant<typeof import('../../domain/conversation/bounds')>(
      'domain/conversation/bounds',
      () => ({ RECENT_ENTRIES_KEPT: 1_000_000 as never }), // its type is its value
    ),
  ],
];

describe('the model test sees what is wrong with the product', () => {
  it('says nothing of the product as it is', () => {
    expect(dayOn(AS_IT_IS)).toEqual([]);
  });

  it.each(FAULTS)('%s: %s', (word, _what, fault) => {
    expect(dayOn(fault)).toEqual([word]);
  });
});
