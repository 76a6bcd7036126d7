import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ChevronDown, CircleCheck, CirclePause, Keyboard } from 'lucide-react';
import { clock, useLocale } from '../shared/i18n/locale';
import type { AgentState } from '../shared/model';
import { useSince } from '../shared/ui/now';
import { PageBar } from '../shared/ui/page-bar';
import { useNames, useSignedIn } from '../shared/ui/signed-in';
import { StateIcon } from '../shared/ui/state-icon';
import { useErrorText } from '../shared/ui/states';
import { useToast } from '../shared/ui/toasts';
import { openPalette, useCommand } from './palette/commands';

import { keys, useAgentState } from './queries';
import { SoundSwitch } from './sounds';

const REASONS = ['break', 'lunch', 'training', 'meeting'] as const;

export function TopBar() {
  const { t } = useLocale();
  return (
    <PageBar
      other="board"
      tools={
        <>
          <Tooltip label={t('palette.open')}>
            <ActionIcon
              className="palette-open"
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={t('palette.open')}
              onClick={openPalette}
            >
              <Keyboard aria-hidden size={18} />
            </ActionIcon>
          </Tooltip>
          <SoundSwitch />
        </>
      }
    >
      <States />
    </PageBar>
  );
}

/** The agent's own state, and that of each media routing domain. */
function States() {
  const { t, named } = useLocale();
  const { api, me } = useSignedIn();
  const client = useQueryClient();
  const toast = useToast();
  const said = useErrorText();
  const name = useNames();
  const { data } = useAgentState(me.subject);
  const base = `/v1/agents/${encodeURIComponent(me.subject)}`;
  const change = useMutation({
    mutationFn: ({ path, body }: { path: string; body: object }) =>
      api.call<AgentState>('PUT', base + path, { body }),
    onSuccess: (state) =>
      client.setQueryData<AgentState>(keys.agent(me.subject), (known) => ({ ...known, ...state })),
    onError: (error) => toast(said(error), 'error'),
  });
  const set = (state: string, reason?: string) =>
    change.mutate({ path: '/state', body: reason ? { state, reason } : { state } });
  const state = data?.state ?? 'LOGOUT';
  const since = useSince(data?.since);
  useCommand('state.ready', () => set('READY'));
  useCommand('state.notReady', () => set('NOT_READY'));
  return (
    <div className="states">
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <Button
            variant="default"
            size="compact-md"
            loading={change.isPending}
            leftSection={<StateIcon state={state} />}
            rightSection={<ChevronDown aria-hidden size={14} />}
          >
            <span>{named('agentState', state)}</span>
            {data?.reason ? (
              <span className="dim">&nbsp;· {named('reason', data.reason)}</span>
            ) : null}
            {data?.since && state !== 'LOGOUT' ? (
              <span className="dim tabular">&nbsp;{clock(since)}</span>
            ) : null}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<StateIcon state="READY" />} onClick={() => set('READY')}>
            {named('agentState', 'READY')}
          </Menu.Item>
          <Menu.Item leftSection={<StateIcon state="NOT_READY" />} onClick={() => set('NOT_READY')}>
            {named('agentState', 'NOT_READY')}
          </Menu.Item>
          <Menu.Label>{t('state.because')}</Menu.Label>
          {REASONS.map((reason) => (
            <Menu.Item
              key={reason}
              leftSection={<StateIcon state="NOT_READY" />}
              onClick={() => set('NOT_READY', reason)}
            >
              {named('reason', reason)}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<StateIcon state="LOGOUT" />} onClick={() => set('LOGOUT')}>
            {named('agentState', 'LOGOUT')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {(data?.mrdStates ?? []).map(({ mrdId, state: mrd, tasks, maxTasks }) => {
        const off = mrd === 'NOT_READY' || mrd === 'PENDING_NOT_READY';
        const label = t('state.mrd', {
          name: name('mrds', mrdId),
          state: named('mrdState', mrd),
          tasks,
          maxTasks,
        });
        return (
          <Tooltip key={mrdId} label={label}>
            <button
              type="button"
              className="mrd"
              data-state={mrd}
              aria-pressed={!off}
              aria-label={label}
              onClick={() =>
                change.mutate({
                  path: `/mrds/${encodeURIComponent(mrdId)}/state`,
                  body: { state: off ? 'READY' : 'NOT_READY' },
                })
              }
            >
              {off ? <CirclePause aria-hidden size={14} /> : <CircleCheck aria-hidden size={14} />}
              <span>{name('mrds', mrdId)}</span>
              <span className="tabular">
                {tasks}/{maxTasks}
              </span>
            </button>
          </Tooltip>
        );
      })}
    </div>
  );
}
