import { agentId, CHANNELS } from '../stage/configuration';
import type { Stage } from '../stage/stage';
import { type Api, apiOf, tokenOf } from './api';
import { type Desk, openDesk, type Serve } from './desk';
import type { Speaking, Visitor } from './voices';

/** Who is there for every scene of a stage: the administrator, the providers' hands, the agents at their desks. */
export interface Crew {
  readonly admin: Api;
  readonly speaking: Speaking;
  readonly desks: readonly Desk[];
  /** What agents do with a conversation from now on. */
  serve: Serve;
  close(): Promise<void>;
}

export async function hireCrew(stage: Stage, agents: number): Promise<Crew> {
  const admin = apiOf(stage, stage.adminToken);
  const connector = apiOf(
    stage,
    await tokenOf(admin, 'connector', 'generic', { channelIds: CHANNELS }),
  );
  const stranger = apiOf(stage, null);
  const crew = {
    admin,
    speaking: {
      stage,
      connector,
      async visitor(name: string): Promise<Visitor> {
        const session = await stranger.write<Omit<Visitor, 'api'>>(
          'POST',
          '/webchat/web/sessions',
          {
            customer: { name },
          },
        );
        return { ...session, api: apiOf(stage, session.token) };
      },
    },
    serve: (async () => undefined) as Serve,
    desks: [] as Desk[],
    async close() {
      for (const desk of crew.desks) desk.close();
    },
  };
  crew.desks = await Promise.all(
    Array.from({ length: agents }, (_, n) =>
      openDesk({ stage, admin, agentId: agentId(n), serve: (work) => crew.serve(work) }),
    ),
  );
  await Promise.all(crew.desks.map((desk) => desk.setState('READY')));
  return crew;
}
