import type { ConfigStore, ResourceName, StoredResource } from '../../infra/stores';

/** Milliseconds for which teams are believed: a change of teams is felt within seconds. */
const FRESH_MS = 5000;

export interface TeamDirectory {
  /**
   * Agents whose work a supervisor sees: those of the teams they supervise and those of no team. Null once and as long as they
   * supervise no team: they see everything.
   */
  supervisedBy(supervisorId: string): Promise<readonly string[] | null>;
}

export function createTeamDirectory(
  config: Pick<ConfigStore, 'list'>,
  now: () => number = Date.now,
): TeamDirectory {
  let known: { readonly at: number; teams: Promise<Teams> } | null = null;

  function teams(): Promise<Teams> {
    if (known && now() - known.at < FRESH_MS) return known.teams;
    const reading = readTeams(config);
    const before = known;
    known = { at: now(), teams: reading };
    // While it cannot be read the last answer holds.
    known.teams = reading.catch((error: unknown) => {
      if (before) return before.teams;
      known = null;
      throw error;
    });
    return known.teams;
  }

  return {
    async supervisedBy(supervisorId) {
      const { supervised, membersOf, agents } = await teams();
      const own = supervised.get(supervisorId);
      if (!own) return null;
      const inTeams = new Set([...membersOf.values()].flat());
      const loose = agents.filter((id) => !inTeams.has(id));
      return [
        ...new Set([...own.flatMap((team) => membersOf.get(team) ?? []), ...loose, supervisorId]),
      ];
    },
  };
}

interface Teams {
  readonly supervised: ReadonlyMap<string, readonly string[]>;
  readonly membersOf: ReadonlyMap<string, readonly string[]>;
  readonly agents: readonly string[];
}

async function readTeams(config: Pick<ConfigStore, 'list'>): Promise<Teams> {
  const [teams, agents] = await Promise.all([all(config, 'teams'), all(config, 'agents')]);
  const supervised = new Map<string, string[]>();
  const membersOf = new Map<string, string[]>();
  const join = (map: Map<string, string[]>, key: string, value: string) =>
    map.set(key, [...(map.get(key) ?? []), value]);
  for (const team of teams) {
    for (const id of strings(team['supervisorIds'])) join(supervised, id, team.id);
    for (const id of strings(team['memberIds'])) join(membersOf, team.id, id);
  }
  for (const agent of agents)
    for (const team of strings(agent['teamIds'])) join(membersOf, team, agent.id);
  return { supervised, membersOf, agents: agents.map(({ id }) => id) };
}

async function all(
  config: Pick<ConfigStore, 'list'>,
  resource: ResourceName,
): Promise<readonly StoredResource[]> {
  const found: StoredResource[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await config.list(resource, { limit: 200, cursor: cursor ?? undefined });
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return found;
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
