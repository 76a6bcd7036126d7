import { ActionIcon, Button, Menu } from '@mantine/core';
import {
  ArrowRightLeft,
  ChevronDown,
  ClipboardCheck,
  ExternalLink,
  Eye,
  Hand,
  HelpCircle,
  LogOut,
  OctagonX,
  Pause,
  Play,
  UserPlus,
  XCircle,
} from 'lucide-react';
import { memo, useState } from 'react';
import { clock, useLocale } from '../../shared/i18n/locale';
import type { Conversation } from '../../shared/model';
import { ConfirmDialog } from '../../shared/ui/confirm-dialog';
import { useSince, useUntil } from '../../shared/ui/now';
import { useNames, useSignedIn } from '../../shared/ui/signed-in';
import { useErrorText } from '../../shared/ui/states';
import { useAct } from '../acts';
import { useCommand } from '../palette/commands';
import { HandOverDialog, type Operation } from './hand-over-dialog';
import { WrapUpDialog } from './wrap-up-dialog';

export interface ActionsProps {
  readonly conversation: Conversation;
  /** The agent's own role; null when not in it. */
  readonly role: string | null;
}

/** What can be done with the conversation by somebody of this role in this state. */
export const Actions = memo(function Actions({ conversation, role }: ActionsProps) {
  const { t } = useLocale();
  const { me, workspace } = useSignedIn();
  const said = useErrorText();
  const act = useAct(conversation.id, said);
  const [handOver, setHandOver] = useState<Operation | null>(null);
  const [wrapUp, setWrapUp] = useState(false);
  const { state } = conversation;
  const open = state !== 'CLOSING' && state !== 'CLOSED';
  const primary = role === 'PRIMARY';
  const channel = workspace.channels.find(({ id }) =>
    conversation.channelSessions.some((session) => session.channelId === id),
  );
  const holds = channel?.holdOptionsSeconds.length ? channel.holdOptionsSeconds : [300];
  const hold = (seconds: number) =>
    act.mutate({ method: 'POST', path: '/hold', body: { seconds } });
  const resume = () => act.mutate({ method: 'DELETE', path: '/hold' });
  const leave = () =>
    act.mutate({ method: 'DELETE', path: `/participants/${encodeURIComponent(me.subject)}` });
  const join = (as: string) =>
    act.mutate({ method: 'POST', path: '/participants', body: { agentId: me.subject, role: as } });
  const raised = conversation.raisedHands.includes(me.subject);
  const canHold = primary && state === 'ACTIVE';
  const canPass = primary && (state === 'ACTIVE' || state === 'ON_HOLD');
  const canWrapUp = primary || role === 'WRAP_UP';
  useCommand('act.hold', () => (state === 'ON_HOLD' ? resume() : hold(holds[0] ?? 300)), primary);
  useCommand('act.transfer', () => setHandOver('transfers'), canPass);
  useCommand('act.wrapUp', () => setWrapUp(true), canWrapUp);
  useCommand('act.leave', leave, role !== null && role !== 'WRAP_UP');
  if (!open) return null;
  return (
    <div className="actions" role="toolbar" aria-label={t('act.region')}>
      {role === null && me.role === 'supervisor' ? (
        <Button
          size="compact-sm"
          variant="light"
          leftSection={<Eye aria-hidden size={14} />}
          loading={act.isPending}
          onClick={() => join('OBSERVER')}
        >
          {t('act.observe')}
        </Button>
      ) : null}
      {me.role !== 'admin' &&
      (role === null || (me.role === 'supervisor' && role === 'OBSERVER')) ? (
        <Button
          size="compact-sm"
          variant="light"
          leftSection={<UserPlus aria-hidden size={14} />}
          loading={act.isPending}
          onClick={() =>
            role === 'OBSERVER'
              ? act.mutate({
                  method: 'PATCH',
                  path: `/participants/${encodeURIComponent(me.subject)}`,
                  body: { role: 'PRIMARY' },
                })
              : join('PRIMARY')
          }
        >
          {t(me.role === 'supervisor' ? 'act.barge' : 'act.join')}
        </Button>
      ) : null}
      {canHold ? (
        <span className="split">
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<Pause aria-hidden size={14} />}
            loading={act.isPending}
            onClick={() => hold(holds[0] ?? 300)}
          >
            {t('act.hold')}
          </Button>
          <Menu position="bottom-start" withinPortal>
            <Menu.Target>
              <ActionIcon size={26} variant="default" aria-label={t('act.howLong')}>
                <ChevronDown aria-hidden size={14} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {holds.map((seconds) => (
                <Menu.Item key={seconds} onClick={() => hold(seconds)}>
                  {t('act.minutes', { minutes: Math.round(seconds / 60) })}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </span>
      ) : null}
      {primary && state === 'ON_HOLD' ? (
        <Button
          size="compact-sm"
          leftSection={<Play aria-hidden size={14} className="flip" />}
          loading={act.isPending}
          onClick={resume}
        >
          {t('act.resume')}
        </Button>
      ) : null}
      {conversation.hold?.dueAt ? <HoldClock dueAt={conversation.hold.dueAt} /> : null}
      {canPass ? (
        <>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<ArrowRightLeft aria-hidden size={14} />}
            onClick={() => setHandOver('transfers')}
          >
            {t('act.transfer')}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<HelpCircle aria-hidden size={14} />}
            onClick={() => setHandOver('consults')}
          >
            {t('act.consult')}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<UserPlus aria-hidden size={14} />}
            onClick={() => setHandOver('conferences')}
          >
            {t('act.conference')}
          </Button>
        </>
      ) : null}
      {primary ? (
        <Button
          size="compact-sm"
          variant={raised ? 'light' : 'default'}
          aria-pressed={raised}
          leftSection={<Hand aria-hidden size={14} />}
          onClick={() =>
            act.mutate({ method: 'POST', path: '/hand-raise', body: { raised: !raised } })
          }
        >
          {t('act.hand')}
        </Button>
      ) : null}
      {canWrapUp ? (
        <Button
          size="compact-sm"
          variant={role === 'WRAP_UP' ? 'filled' : 'default'}
          leftSection={<ClipboardCheck aria-hidden size={14} />}
          onClick={() => setWrapUp(true)}
        >
          {t('act.wrapUp')}
        </Button>
      ) : null}
      {role !== null && role !== 'WRAP_UP' ? (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<LogOut aria-hidden size={14} className="flip" />}
          loading={act.isPending}
          onClick={leave}
        >
          {t('act.leave')}
        </Button>
      ) : null}
      {me.role === 'supervisor' || me.role === 'admin' ? (
        <Supervision conversation={conversation} reassign={() => setHandOver('reassign')} />
      ) : null}
      <OpenRequests
        conversation={conversation}
        cancel={
          primary || me.role === 'supervisor'
            ? (path) => act.mutate({ method: 'DELETE', path })
            : null
        }
      />
      {handOver ? (
        <HandOverDialog
          operation={handOver}
          conversation={conversation}
          close={() => setHandOver(null)}
        />
      ) : null}
      <WrapUpDialog opened={wrapUp} close={() => setWrapUp(false)} conversation={conversation} />
    </div>
  );
});

/** What only those may do who look after the work of others. */
function Supervision({
  conversation,
  reassign,
}: {
  conversation: Conversation;
  reassign: () => void;
}) {
  const { t } = useLocale();
  const { me, workspace } = useSignedIn();
  const said = useErrorText();
  const act = useAct(conversation.id, said);
  const [closing, setClosing] = useState(false);
  const { state, workflowId, runId } = conversation;
  const held = state === 'ACTIVE' || state === 'ON_HOLD';
  return (
    <>
      {me.role === 'supervisor' && held ? (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<ArrowRightLeft aria-hidden size={14} />}
          onClick={reassign}
        >
          {t('act.reassign')}
        </Button>
      ) : null}
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<OctagonX aria-hidden size={14} />}
        onClick={() => setClosing(true)}
      >
        {t('act.forceClose')}
      </Button>
      {workspace.temporalRuns ? (
        <Button
          component="a"
          size="compact-sm"
          variant="default"
          leftSection={<ExternalLink aria-hidden size={14} className="flip" />}
          href={`${workspace.temporalRuns}/${encodeURIComponent(workflowId)}/${encodeURIComponent(runId)}`}
          target="_blank"
          rel="noopener noreferrer"
        >
          {t('act.run')}
        </Button>
      ) : null}
      {closing ? (
        <ConfirmDialog
          title={t('act.forceClose')}
          text={t('act.forceCloseHint')}
          reason
          close={() => setClosing(false)}
          confirm={(reason) => act.mutate({ method: 'DELETE', path: '', body: { reason } })}
        />
      ) : null}
    </>
  );
}

function HoldClock({ dueAt }: { dueAt: string }) {
  const { t } = useLocale();
  const left = useUntil(dueAt);
  return <span className="tag tabular">{t('act.holdLeft', { time: clock(left) })}</span>;
}

/** Transfers, consults and conferences that nobody has answered yet. Who has left after asking can withdraw nothing. */
function OpenRequests({
  conversation,
  cancel,
}: {
  conversation: Conversation;
  cancel: ((path: string) => void) | null;
}) {
  const open = conversation.tasks.filter(
    ({ state, mediaState, direction }) =>
      state === 'ACTIVE' &&
      (mediaState === 'QUEUED' || mediaState === 'RESERVED') &&
      direction !== 'INBOUND',
  );
  return open.map((task) => <OpenRequest key={task.id} task={task} cancel={cancel} />);
}

function OpenRequest({
  task,
  cancel,
}: {
  task: Conversation['tasks'][number];
  cancel: ((path: string) => void) | null;
}) {
  const { t, named } = useLocale();
  const name = useNames();
  const waited = useSince(task.queuedAt ?? task.reservedAt);
  return (
    <span className="tag open-request">
      {task.direction === 'DIRECT_TRANSFER'
        ? t('act.transfer')
        : named('direction', task.direction)}
      {' → '}
      {task.queueId ? name('queues', task.queueId) : name('agents', task.agentId)}
      <span className="tabular">{clock(waited)}</span>
      {cancel ? (
        <ActionIcon
          size="xs"
          variant="subtle"
          color="gray"
          aria-label={t('act.withdraw')}
          onClick={() => cancel(`/transfers/${encodeURIComponent(task.id)}`)}
        >
          <XCircle aria-hidden size={14} />
        </ActionIcon>
      ) : null}
    </span>
  );
}
