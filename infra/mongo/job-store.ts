import { randomBytes } from 'node:crypto';
import type { Db } from 'mongodb';
import type { Job, JobStore } from '../stores/privacy';
import { type JobDocument, jobsOf } from './collections';
import { isDuplicateKey } from './unavailable';

/** Privacy jobs. At most one of a kind runs for a customer, by a unique index. */
export function createJobStore(db: Db, now: () => Date): JobStore {
  const jobs = jobsOf(db);
  return {
    async begin(kind, customerId) {
      const job: JobDocument = {
        _id: `job_${randomBytes(12).toString('hex')}`,
        kind,
        customerId,
        state: 'RUNNING',
        createdAt: now().toISOString(),
        finishedAt: null,
        mediaId: null,
        ...(kind === 'ERASE' ? { keptRuns: [], deletedRuns: [] } : {}),
      };
      try {
        await jobs.insertOne(job);
        return toJob(job);
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
      const running = await jobs.findOne({ customerId, kind, state: 'RUNNING' });
      return running ? toJob(running) : this.begin(kind, customerId); // it has just ended
    },

    async get(id) {
      const found = await jobs.findOne({ _id: id });
      return found && toJob(found);
    },

    async noteHistories(id, { kept, deleted }) {
      const added = { keptRuns: { $each: [...kept] }, deletedRuns: { $each: [...deleted] } };
      await jobs.updateOne({ _id: id }, { $addToSet: added });
    },

    async complete(id, mediaId) {
      const done = { state: 'COMPLETED' as const, finishedAt: now().toISOString(), mediaId };
      await jobs.updateOne({ _id: id, state: 'RUNNING' }, { $set: done });
    },

    async expire(id) {
      await jobs.updateOne({ _id: id }, { $set: { mediaId: null } });
    },
  };
}

function toJob({ _id: id, keptRuns, deletedRuns, ...job }: JobDocument): Job {
  const histories = keptRuns &&
    deletedRuns && { kept: keptRuns.length, deleted: deletedRuns.length };
  return { id, ...job, histories: histories ?? null };
}
