import type { RoutingConfig, Skill } from './model';
import type { Expression } from './schema';

/** The value of an attribute for an agent: the agent's own, else the attribute's default, else none. */
export type SkillOf = (attributeId: string) => Skill | undefined;

export function skillsOf(config: RoutingConfig, agentId: string): SkillOf {
  const own = config.agents[agentId]?.skills;
  return (attributeId) => own?.[attributeId] ?? config.defaultSkills[attributeId];
}

/** Strictly from left to right, without precedence: `a OR b AND c` is `(a OR b) AND c` (domain.md 6.4). None matches everybody. */
export function matches(expression: Expression | null, skillOf: SkillOf): boolean {
  if (!expression) return true;
  return expression.terms.reduce((result, term, index) => {
    const holds = compare(skillOf(term.attributeId), term.op, term.value);
    if (index === 0) return holds;
    return term.join === 'OR' ? result || holds : result && holds;
  }, true);
}

/** What the request requires besides the step: the least value of each attribute (domain.md 6.2). */
export function meets(required: Readonly<Record<string, Skill>>, skillOf: SkillOf): boolean {
  // Asked for thousands of agents, and most requests require nothing: no list is made of it.
  for (const attributeId in required) {
    const least = required[attributeId] as Skill; // one of its own keys
    const op = typeof least === 'boolean' ? '==' : '>=';
    if (!compare(skillOf(attributeId), op, least)) return false;
  }
  return true;
}

/** Sum of the values of the attributes that an expression names, each once; true counts 1 (domain.md 6.6). */
export function skillSum(expression: Expression | null, skillOf: SkillOf): number {
  const named = new Set(expression?.terms.map(({ attributeId }) => attributeId));
  let sum = 0;
  for (const attributeId of named) sum += Number(skillOf(attributeId) ?? 0);
  return sum;
}

type Op = Expression['terms'][number]['op'];

/** A missing attribute counts as false, or 0. */
function compare(value: Skill | undefined, op: Op, wanted: Skill): boolean {
  if (typeof wanted === 'boolean') {
    const has = Boolean(value);
    return op === '==' ? has === wanted : has !== wanted;
  }
  const degree = Number(value ?? 0);
  switch (op) {
    case '==':
      return degree === wanted;
    case '!=':
      return degree !== wanted;
    case '<':
      return degree < wanted;
    case '<=':
      return degree <= wanted;
    case '>':
      return degree > wanted;
    case '>=':
      return degree >= wanted;
  }
}
