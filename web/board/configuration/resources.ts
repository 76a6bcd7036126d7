/** Resources with the name of their schema in the API's document. */
export const RESOURCES = {
  channels: 'ChannelInput',
  connectors: 'ConnectorInput',
  queues: 'QueueInput',
  lists: 'ListInput',
  agents: 'AgentInput',
  teams: 'TeamInput',
  bots: 'BotInput',
  'canned-replies': 'CannedReplyInput',
  'wrap-up-forms': 'WrapUpFormInput',
  'customer-labels': 'CustomerLabelInput',
  'routing-attributes': 'RoutingAttributeInput',
  mrds: 'MrdInput',
  calendars: 'CalendarInput',
  'webhook-subscriptions': 'WebhookSubscriptionInput',
} as const;
export type Resource = keyof typeof RESOURCES;
