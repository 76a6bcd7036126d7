import fc from 'fast-check';
import { nextDeadline, passedDeadlines } from '../../../domain/conversation/deadlines';
import { decide, leavesTrace, whyNot } from '../../../domain/conversation/decide';
import type { Decision } from '../../../domain/conversation/effects';
import type { ConversationEvent } from '../../../domain/conversation/events';
import type { ConversationState, Participant } from '../../../domain/conversation/model';
import { open } from '../../../domain/conversation/opening';
import { addSeconds } from '../../../domain/conversation/time';
import { hasOwner, isOwnedBySomebody, violations } from '../../support/conversation-invariants';
import {
  eventOf,
  type Move,
  moves,
  type Setup,
  settingsOf,
  setups,
} from '../../support/conversation-moves';
import { aConversation, anOpening, T0 } from '../../support/conversations';

/** The wait of an `ask`, as the dialogue that opened it would have it. */
const ASK_WAIT = 'dialogue:ask';

type Step = { readonly event: ConversationEvent; readonly decision: Decision };

/** Runs random moves as the workflow would: default decisions, the end of each turn, deadlines in their order. */
function run(
  setup: Setup,
  random: readonly Move[],
  look: (before: ConversationState, step: Step, now: string) => void,
  atRest: (state: ConversationState) => void = () => undefined,
): ConversationState {
  const settings = settingsOf(setup);
  let state = frozen(open(anOpening(), T0));
  let now = T0;
  const apply = (event: ConversationEvent): void => {
    const decision = decide(state, event, now);
    const before = state;
    look(before, { event, decision }, now);
    state = frozen(decision.state);
    for (const effect of decision.effects) {
      if (effect.type === 'controller') apply({ type: 'controllerDefault', event: effect.event });
      if (effect.type === 'dialogueDue' && effect.name === ASK_WAIT) apply({ type: 'askSettled' });
    }
  };
  const rest = (): void => {
    apply({ type: 'turnEnded' });
    atRest(state);
  };
  for (const move of random) {
    const until = addSeconds(now, move.wait);
    for (let next = nextDeadline(state); next && next.dueAt <= until; next = nextDeadline(state)) {
      if (move.kind === 'silence' && state.state === 'CLOSING') break;
      if (next.dueAt > now) now = next.dueAt;
      const [name] = passedDeadlines(state, now);
      expect(name).toBe(next.name);
      apply({ type: 'deadlinePassed', name: next.name });
      rest();
    }
    now = until;
    if (move.kind === 'ask') apply({ type: 'dialogueWait', name: ASK_WAIT, seconds: 30 });
    if (move.kind !== 'silence') apply(eventOf(move, state, settings, now));
    rest();
  }
  return state;
}

const stories = fc.tuple(setups, fc.array(moves, { maxLength: 60, size: 'max' }));

describe('decide', () => {
  it('keeps every invariant, whatever happens', () => {
    fc.assert(
      fc.property(stories, ([setup, random]) => {
        run(setup, random, (before, { event, decision }) => {
          const broken = violations(before, decision);
          if (broken.length > 0) throw new Error(`${event.type}: ${broken.join('; ')}`);
        });
      }),
      { numRuns: 250 },
    );
  });

  it('tells reports of every task, stay and session as it stands', () => {
    fc.assert(
      fc.property(stories, ([setup, random]) => {
        const told = new Map<string, unknown>();
        const stay = (who: Participant) => `${who.type} ${who.id} ${who.joinedSeq}`;
        const state = run(setup, random, (_before, { decision }) => {
          for (const { changed } of decision.entries) {
            for (const task of changed?.tasks ?? []) told.set(task.id, task);
            for (const who of changed?.participants ?? []) told.set(stay(who), who);
            for (const { id, state: its } of changed?.sessions ?? []) told.set(id, its);
          }
        });
        for (const task of state.tasks) expect(told.get(task.id)).toEqual(task);
        for (const who of state.participants) expect(told.get(stay(who))).toEqual(who);
        for (const session of state.sessions) expect(told.get(session.id)).toBe(session.state);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves nobody without an owner (V4, V10)', () => {
    fc.assert(
      fc.property(stories, ([setup, random]) => {
        run(
          setup,
          random,
          () => undefined,
          (state) => {
            if (state.lastSeq === 0) return;
            if (!hasOwner(state))
              throw new Error(`${state.state} owns nothing: ${Object.keys(state.deadlines)}`);
            if (!isOwnedBySomebody(state)) throw new Error(`${state.state}: nobody is there`);
          },
        );
      }),
      { numRuns: 60 },
    );
  });

  it('changes nothing that it refuses, and refuses what whyNot refuses', () => {
    fc.assert(
      fc.property(stories, ([setup, random]) => {
        run(setup, random, (before, { event, decision }, now) => {
          expect(decision.refused ?? null).toEqual(whyNot(before, event, now));
          if (!decision.refused) return;
          expect(decision.effects).toEqual([]);
          const traces = leavesTrace(before, event) ? ['STALE_BOT_REPLY'] : [];
          expect(decision.entries.map(({ entry }) => entry.type)).toEqual(traces);
          if (traces.length === 0) expect(decision.state).toBe(before);
          else expect(decision.state.deadlines).toBe(before.deadlines);
        });
      }),
      { numRuns: 80 },
    );
  });

  it('gives plain JSON: what is carried comes back as it was', () => {
    fc.assert(
      fc.property(stories, ([setup, random]) => {
        run(setup, random, (_before, { decision }) => {
          expect(notPlain(decision, 'decision')).toEqual([]);
        });
      }),
      { numRuns: 150 },
    );
  });

  it('is a function: the same event on the same state gives the same', () => {
    fc.assert(
      fc.property(stories, ([setup, random]) => {
        run(setup, random, (before, { event, decision }, now) => {
          expect(decide(before, event, now)).toEqual(decision);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('takes a deadline that has not passed, and its repeat, for nothing', () => {
    fc.assert(
      fc.property(stories, ([setup, random]) => {
        run(setup, random, (_before, { decision: { state } }, now) => {
          const passed = passedDeadlines(state, now);
          for (const name of Object.keys(state.deadlines)) {
            if (passed.includes(name)) continue;
            const early = decide(state, { type: 'deadlinePassed', name }, now);
            expect(early).toMatchObject({ entries: [], effects: [] });
            expect(early.state).toBe(state);
          }
        });
      }),
      { numRuns: 40 },
    );
  });

  it('tells whoever asked for an agent what became of it, once', () => {
    fc.assert(
      fc.property(stories, ([setup, random]) => {
        const asked: string[] = [];
        const told: string[] = [];
        const last = run(setup, random, (_before, { decision: { entries, effects } }) => {
          for (const { entry } of entries)
            if (entry.type === 'AGENT_REQUESTED') asked.push(String(entry.data?.['taskId']));
          for (const effect of effects)
            if (effect.type === 'requestSettled') told.push(effect.taskId);
        });
        expect(new Set(told).size).toBe(told.length);
        const open = [...last.tasks.map(({ id }) => id), last.listEntry?.requestId];
        const requeued = last.tasks.map(({ previousTaskId }) => previousTaskId);
        for (const id of asked)
          expect(
            told.includes(id) || open.includes(id) || requeued.includes(id) || asked.length > 20,
          ).toBe(true);
      }),
      { numRuns: 80 },
    );
  });

  it('tells routing of every end of what it was asked for', () => {
    fc.assert(
      fc.property(stories, ([setup, random]) => {
        const wanted = new Set<string>();
        run(setup, random, (_before, { event, decision: { state, effects } }) => {
          for (const effect of effects)
            if (effect.type === 'routing') {
              if (effect.news.type === 'requested') wanted.add(effect.news.task.id);
              else wanted.delete(effect.news.task.id);
            }
          if (event.type === 'taskChanged' && event.news.change.type === 'CLOSED')
            wanted.delete(event.news.taskId);
          for (const task of state.tasks)
            if (task.state === 'CLOSED') expect([...wanted]).not.toContain(task.id);
        });
      }),
      { numRuns: 80 },
    );
  });

  it('ends: when nobody acts any more, every conversation comes to CLOSING', () => {
    fc.assert(
      fc.property(stories, ([setup, random]) => {
        const silence = Array.from({ length: 12 }, () => ({
          kind: 'silence' as const,
          a: 0,
          b: 0,
          wait: 86_400,
        }));
        const last = run(setup, [...random, ...silence], () => undefined);
        expect(last.lastSeq === 0 || ['CLOSING', 'CLOSED'].includes(last.state)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the checks themselves', () => {
  it('see a state without an owner, and a state that does not follow from the facts', () => {
    const owned = aConversation();
    expect(hasOwner({ ...owned, deadlines: { 'dialogue:1': T0 } })).toBe(true);
    expect(hasOwner({ ...owned, deadlines: { maxLife: T0 } })).toBe(false);
    expect(
      isOwnedBySomebody({ ...owned, control: { holder: 'AGENTS', epoch: 2, offeredTo: null } }),
    ).toBe(false);
    const decision = decide(owned, { type: 'turnEnded' }, T0);
    expect(violations(owned, decision)).toEqual([]);
    expect(
      violations(owned, { ...decision, state: { ...decision.state, state: 'ACTIVE' } }),
    ).not.toEqual([]);
    expect(violations(owned, { ...decision, state: { ...decision.state, lastSeq: 99 } })).toContain(
      'skipped: V3: lastSeq',
    );
    const gone = { ...decision.state, participants: [] };
    expect(violations(owned, { ...decision, state: gone })).toContain(
      'illegal: V5: greeter holds, PRIMARY is ',
    );
  });
});

/** Paths of what JSON would lose or change. */
function notPlain(value: unknown, path: string): string[] {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return [];
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [path];
  if (Array.isArray(value)) return value.flatMap((item, n) => notPlain(item, `${path}[${n}]`));
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return [path];
  return Object.entries(value).flatMap(([key, item]) => notPlain(item, `${path}.${key}`));
}

/** Frozen all the way down: a change in place throws. */
function frozen<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}
