/**
 * Functions that a dialogue runs by `c.call(name, input)`: HTTP, models, databases. They run as Temporal activities on the task
 * queue `bots`, outside the workflow: retried, timed out, never replayed. Give each one object and return plain JSON.
 */
export const botActivities = {
  /** The time of day somewhere, as text: an example of something a workflow may not do by itself. */
  async localTime({ timeZone }: { readonly timeZone: string }): Promise<string> {
    return new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone }).format(new Date());
  },
};
