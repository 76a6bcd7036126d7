import { ActionIcon, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { MoreHorizontal } from 'lucide-react';
import { clock, useLocale } from '../../shared/i18n/locale';
import { useSince } from '../../shared/ui/now';
import { useNames, useSignedIn } from '../../shared/ui/signed-in';
import { StateIcon } from '../../shared/ui/state-icon';
import { Empty, useErrorText } from '../../shared/ui/states';
import { useToast } from '../../shared/ui/toasts';
import type { AgentStats, Stats } from '../stats';
import { TableScroll } from '../table-scroll';
import { meanHandleSeconds } from './handle-time';

const ORDER: readonly string[] = ['READY', 'NOT_READY', 'UNKNOWN', 'LOGOUT'];

/** Who works, in which state for how long, with how much. */
export function Agents({ stats }: { stats: Stats }) {
  const { t } = useLocale();
  const agents = [...stats.agents].sort(
    (a, b) =>
      ORDER.indexOf(a.state) - ORDER.indexOf(b.state) ||
      (a.name ?? a.id).localeCompare(b.name ?? b.id),
  );
  return (
    <div className="panel">
      <header className="panel-head">
        <h2>{t('agents.title')}</h2>
      </header>
      {agents.length === 0 ? (
        <Empty title={t('agents.empty')} />
      ) : (
        <TableScroll label={t('agents.title')}>
          <thead>
            <tr>
              <th scope="col">{t('agents.name')}</th>
              <th scope="col">{t('agents.state')}</th>
              <th scope="col">{t('agents.work')}</th>
              <th scope="col">{t('agents.today')}</th>
              <th scope="col">{t('agents.missed')}</th>
              <th scope="col">{t('agents.handle')}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {agents.map((agent) => (
              <AgentRow key={agent.id} agent={agent} />
            ))}
          </tbody>
        </TableScroll>
      )}
    </div>
  );
}

function AgentRow({ agent }: { agent: AgentStats }) {
  const { t, named, number } = useLocale();
  const { api, me } = useSignedIn();
  const names = useNames();
  const toast = useToast();
  const said = useErrorText();
  const since = useSince(agent.since);
  const name = agent.name ?? agent.id;
  const change = useMutation({
    mutationFn: (state: string) =>
      api.call('PUT', `/v1/agents/${encodeURIComponent(agent.id)}/state`, { body: { state } }),
    onError: (error) => toast(said(error), 'error'),
  });
  const { answered, rona } = agent.today;
  const handle = meanHandleSeconds(agent.today);
  return (
    <tr>
      <th scope="row" dir="auto">
        {name}
      </th>
      <td>
        <span className="with-sign">
          <StateIcon state={agent.state} />
          {named('agentState', agent.state)}
          {agent.reason ? <span className="dim">{named('reason', agent.reason)}</span> : null}
          {agent.state === 'LOGOUT' ? null : <span className="dim tabular">{clock(since)}</span>}
        </span>
      </td>
      <td>
        <span className="with-sign">
          {agent.mrdStates.map(({ mrdId, state, tasks, maxTasks }) => (
            <span className="tag" key={mrdId} data-state={state}>
              {names('mrds', mrdId)}
              <span className="tabular">
                {tasks}/{maxTasks}
              </span>
              {named('mrdState', state)}
            </span>
          ))}
        </span>
      </td>
      <td className="tabular">{number(answered)}</td>
      <td className="tabular">{number(rona)}</td>
      <td className="tabular">{handle === null ? '–' : clock(handle)}</td>
      <td>
        {me.role === 'supervisor' ? (
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t('agents.change', { name })}
                loading={change.isPending}
              >
                <MoreHorizontal aria-hidden size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {['READY', 'NOT_READY', 'LOGOUT'].map((state) => (
                <Menu.Item
                  key={state}
                  leftSection={<StateIcon state={state} />}
                  onClick={() => change.mutate(state)}
                >
                  {named('agentState', state)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        ) : null}
      </td>
    </tr>
  );
}
