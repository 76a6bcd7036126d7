import type { Db } from 'mongodb';
import { referencesOf } from '../../domain/configuration/references';
import { RESOURCE_NAMES, type ResourceName } from '../../domain/configuration/resource-names';
import { agentStatusesOf, conversationsOf, customersOf } from './collections';
import type { ConfigCache } from './config-cache';

/** How many users of an object are looked for, of each kind. */
const NAMED_USERS = 20;

/** What keeps a configured object from being removed (domain.md section 9), as `resource/id`. */
export async function usersOf(
  db: Db,
  cache: Pick<ConfigCache, 'of' | 'mrdByType'>,
  resource: ResourceName,
  id: string,
): Promise<readonly string[]> {
  return [...configuredUsers(cache, resource, id), ...(await liveUsers(db, resource, id))].slice(
    0,
    NAMED_USERS,
  );
}

function configuredUsers(
  { of, mrdByType }: Pick<ConfigCache, 'of' | 'mrdByType'>,
  resource: ResourceName,
  id: string,
): readonly string[] {
  const users = RESOURCE_NAMES.flatMap((other) =>
    [...of(other).values()]
      .filter((object) => other !== resource || object.id !== id)
      .filter((object) =>
        referencesOf(other, object).some((named) => named.resource === resource && named.id === id),
      )
      .map((object) => `${other}/${object.id}`),
  );
  const types = resource === 'mrds' ? [...mrdByType].filter(([, mrdId]) => mrdId === id) : [];
  return [...users, ...types.map(([type]) => `channel-types/${type}`)];
}

/** Conversations with a started session or an open task on it; customers who have the label; an agent's own login. */
async function liveUsers(db: Db, resource: ResourceName, id: string): Promise<readonly string[]> {
  const options = { projection: { _id: 1 }, limit: NAMED_USERS };
  if (resource === 'customer-labels') {
    const customers = await customersOf(db).find({ labels: id }, options).toArray();
    return customers.map(({ _id }) => `customers/${_id}`);
  }
  const conversations = await conversationsOf(db)
    .find({ uses: `${resource}:${id}` }, options)
    .toArray();
  const users = conversations.map(({ _id }) => `conversations/${_id}`);
  return resource === 'agents' ? [...users, ...(await loginOf(db, id))] : users;
}

async function loginOf(db: Db, agentId: string): Promise<readonly string[]> {
  const status = await agentStatusesOf(db).findOne({ _id: agentId });
  return status && status.state !== 'LOGOUT'
    ? [`agents/${agentId} (logged in, ${status.state})`]
    : [];
}
