import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv, RouteDeps } from './context';
import { createConversationAccess } from './conversations/access';
import { createActing } from './conversations/acting';
import { createAct } from './conversations/acts';
import { createAuditTrail } from './conversations/audit-trail';
import { createForceClose } from './conversations/force-close';
import { createJoining } from './conversations/join';
import { createMediaUse } from './conversations/media-use';
import { createMergeCustomers } from './conversations/merge';
import { createPeople } from './conversations/people';
import { createProviderSigns } from './conversations/provider-signs';
import { createReadSigns } from './conversations/read-signs';
import type { TeamDirectory } from './conversations/team-directory';
import { createWrapUpForms } from './conversations/wrap-up-forms';
import { createDirectLineVisitors } from './directline/visitors';
import { createIngress } from './ingress/ingress';
import { createReceipts } from './ingress/receipts';
import { countedIngress, countedReceipts } from './metrics/inbound';
import { watchStreams } from './metrics/streams';
import { createStartJob } from './privacy/start-job';
import { agentEventRoutes } from './routes/agent-events';
import { agentRoutes } from './routes/agents';
import { botReplyRoutes } from './routes/bot-replies';
import { channelRoutes } from './routes/channels';
import { conversationEventRoutes } from './routes/conversation-events';
import { conversationHandlingRoutes } from './routes/conversation-handling';
import { conversationMessageRoutes } from './routes/conversation-messages';
import { conversationPeopleRoutes } from './routes/conversation-people';
import { conversationStartRoutes } from './routes/conversation-starts';
import { conversationRoutes } from './routes/conversations';
import { customerRoutes } from './routes/customers';
import { deepChatRoutes } from './routes/deepchat';
import { directLineRoutes } from './routes/directline';
import { directLineStreamRoutes } from './routes/directline-stream';
import { listRoutes } from './routes/lists';
import { mediaRoutes } from './routes/media';
import { privacyRoutes } from './routes/privacy';
import { reportRoutes } from './routes/reports';
import { supervisionRoutes } from './routes/supervision';
import { taskRoutes } from './routes/tasks';
import { webchatEventRoutes } from './routes/webchat-events';
import { webchatMessageRoutes } from './routes/webchat-messages';
import { webchatPageRoutes } from './routes/webchat-pages';
import { webchatSessionRoutes } from './routes/webchat-sessions';
import { webhookRoutes } from './routes/webhooks';
import type { AgentAccess } from './routing/agent-access';
import { createBoard } from './routing/board';
import type { RoutingDesk } from './routing/desk';
import { createPlaces } from './routing/places';
import type { Presence } from './routing/presence';
import { createWaitBoard } from './routing/wait-board';
import { createStreamSlots } from './streams/sse';
import { createTypingBus } from './streams/typing-bus';
import { createVisitors } from './webchat/visitors';

export interface ConversationApiDeps extends RouteDeps {
  readonly teams: TeamDirectory;
  readonly agents: AgentAccess;
  readonly desk: RoutingDesk;
  readonly presence: Presence;
}

/** Everything about conversations and who works on them: what comes in, what is read, what is done, what visitors see. One of each service per process. */
export function mountConversationApi(app: OpenAPIHono<AppEnv>, deps: ConversationApiDeps): void {
  const { stores, temporal, logger, limits, now, teams, desk } = deps;
  const ingress = countedIngress(createIngress({ stores, temporal }), deps.metrics);
  const receipts = createReceipts({ stores, temporal });
  const access = createConversationAccess({ stores, temporal, teams });
  const audit = createAuditTrail(stores.audit, logger);
  const people = createPeople(stores.config);
  const act = createAct(temporal);
  const visitors = createVisitors(stores);
  const acting = createActing({ access, act, audit, people });
  const places = createPlaces(desk, logger);
  const services = {
    ...deps,
    places,
    ingress,
    access,
    ...receipts,
    takeReceipt: countedReceipts(receipts.takeReceipt, deps.metrics),
    typing: createTypingBus(),
    waitBoard: createWaitBoard(desk),
    signs: createProviderSigns(deps),
    slots: createStreamSlots(limits.streamsPerSubject, watchStreams(deps.metrics)),
    act,
    ...visitors,
    directLine: createDirectLineVisitors({ auth: deps.auth, knownVisitor: visitors.knownVisitor }),
    ...acting,
    ...createJoining({ ...acting, people, places, config: stores.config }),
    audit,
    people,
    board: createBoard(deps),
    mediaUse: createMediaUse({ stores, mayReadAny: access.mayReadAny }),
    showReading: createReadSigns(temporal, now),
    startJob: createStartJob({ temporal, stores }),
    wrapUpForms: createWrapUpForms(stores),
    mergeCustomers: createMergeCustomers(temporal),
    forceClose: createForceClose({ stores, temporal, ingress, logger, now }),
  };
  app.route('/', webhookRoutes(services));
  app.route('/', channelRoutes(services));
  app.route('/', botReplyRoutes(services));
  app.route('/', conversationRoutes(services));
  app.route('/', conversationEventRoutes(services));
  app.route('/', conversationStartRoutes(services));
  app.route('/', conversationMessageRoutes(services));
  app.route('/', conversationPeopleRoutes(services));
  app.route('/', conversationHandlingRoutes(services));
  app.route('/', customerRoutes(services));
  app.route('/', privacyRoutes(services));
  app.route('/', mediaRoutes(services));
  app.route('/', agentRoutes(services));
  app.route('/', agentEventRoutes(services));
  app.route('/', taskRoutes(services));
  app.route('/', listRoutes(services));
  app.route('/', supervisionRoutes(services));
  app.route('/', reportRoutes(services));
  app.route('/', webchatSessionRoutes(services));
  app.route('/', webchatMessageRoutes(services));
  app.route('/', webchatEventRoutes(services));
  app.route('/', webchatPageRoutes(services));
  app.route('/', directLineRoutes(services));
  app.route('/', directLineStreamRoutes(services));
  app.route('/', deepChatRoutes(services));
}
