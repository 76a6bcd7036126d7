import type { Collection, Db } from 'mongodb';
import type { HookRegistration, HookRegistrationStore } from '../stores/hook-registrations';

interface RegistrationDocument extends Omit<HookRegistration, 'channelId'> {
  /** The channel's. */
  readonly _id: string;
}

export function createHookRegistrations(db: Db): HookRegistrationStore {
  const registrations: Collection<RegistrationDocument> = db.collection('hook_registrations');
  return {
    async get(channelId) {
      const found = await registrations.findOne({ _id: channelId });
      return found && fromDocument(found);
    },
    async all() {
      return (await registrations.find().toArray()).map(fromDocument);
    },
    async save({ channelId, ...registration }) {
      await registrations.replaceOne({ _id: channelId }, registration, { upsert: true });
    },
    async forget(channelId) {
      await registrations.deleteOne({ _id: channelId });
    },
  };
}

function fromDocument({ _id, ...registration }: RegistrationDocument): HookRegistration {
  return { channelId: _id, ...registration };
}
