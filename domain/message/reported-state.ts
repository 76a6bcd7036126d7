/** What a provider, or the customer's client, may report about an outbound message (domain.md 8.4). */
export type ReportedState = 'ACCEPTED' | 'SENT' | 'DELIVERED' | 'READ' | 'FAILED';
