type Call = (input: unknown) => unknown;

/** Counts the calls of activities: whoever moves virtual time has to wait until none is left. */
export class ActivityCount {
  /** Calls so far, and of them those that have ended. */
  begun = 0;
  ended = 0;

  get idle(): boolean {
    return this.begun === this.ended;
  }

  /** The same activities, each call of which is counted. */
  counted(activities: object): object {
    return Object.fromEntries(
      Object.entries(activities).map(([name, activity]) => [
        name,
        async (input: unknown) => {
          this.begun += 1;
          try {
            return await (activity as Call)(input);
          } finally {
            this.ended += 1;
          }
        },
      ]),
    );
  }
}
