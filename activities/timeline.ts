import { ApplicationFailure } from '@temporalio/common';
import { ArchiveError } from '../domain/archive/archive-error';
import type { AppendBatch, ArchiveStore, ArchiveVerdict } from '../infra/stores';
import type { ConversationActivities, SealArchive } from './types';

export interface TimelineDeps {
  readonly archive: ArchiveStore;
}

/** The archive's side of a conversation, run as local activities: see docs/adr/0004-archive-by-local-activity.md. */
export function createTimelineActivities({ archive }: TimelineDeps) {
  return {
    appendTimeline: (input: AppendBatch): Promise<string> => archive.append(input).catch(fail),
    verifyArchive: (input: SealArchive): Promise<ArchiveVerdict> =>
      archive.verify(input).catch(fail),
    findArchived: ({ keys, except }) => archive.findArchived(keys, except),
  } satisfies Partial<ConversationActivities>;
}

/** What trying again will not mend keeps its type; everything else is tried again. */
function fail(error: unknown): never {
  if (error instanceof ArchiveError)
    throw ApplicationFailure.create({
      type: error.type,
      message: error.message,
      nonRetryable: true,
      cause: error,
    });
  throw error;
}
