import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Registry } from 'prom-client';
import { parse } from 'yaml';
import { registerLiveFigures } from '../../api/metrics/live-figures';
import { createWorkerCounters } from '../../workers/metrics/counters';
import { testApi } from '../support/api';

const read = (file: string) => readFileSync(path.join(__dirname, '../..', file), 'utf8');

/** What the workflow sandbox counts, and what the SDK calls its own: exported by the SDK, not by our registries. */
const OF_THE_SDK = /^(temporal_\w+|parley_closings_overdue_total)$/;

/** The first column of the tables of docs/metrics.md. */
const documented = [...read('docs/metrics.md').matchAll(/^\| `(\w+)`/gm)].map(([, name]) =>
  String(name),
);

async function exported(): Promise<string[]> {
  const api = new Registry();
  testApi({ metrics: api });
  registerLiveFigures(api, {} as never);
  const worker = new Registry();
  createWorkerCounters(worker);
  return [api, worker].flatMap((registry) => registry.getMetricsAsArray().map(({ name }) => name));
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly runbook: string };
}
const rules = (
  parse(read('ops/prometheus/alerts.yaml')) as { readonly groups: { readonly rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('ops/grafana/parley.json')) as {
  readonly panels: { readonly title: string; readonly targets?: { readonly expr: string }[] }[];
};

/** Names of metrics in an expression of PromQL: what is no function, keyword, label or text. */
function metricsIn(expr: string): string[] {
  const names = expr
    .replace(/"[^"]*"/g, '')
    .replace(/\b(by|without|on)\s*\([^)]*\)/g, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .match(/\b[a-z]\w*_\w+\b(?!\s*\()/g);
  return [...new Set(names ?? [])].map((name) => name.replace(/_(bucket|sum|count)$/, ''));
}
const isKnown = (name: string) => documented.includes(name) || /^(process|nodejs)_/.test(name);

describe('docs/metrics.md', () => {
  it('names what is exported, and nothing else', async () => {
    const ours = documented.filter((name) => !OF_THE_SDK.test(name));
    expect(ours.sort()).toEqual((await exported()).sort());
  });
});

describe('ops/prometheus/alerts.yaml', () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s asks for documented metrics',
    (_name, rule) => {
      expect(metricsIn(rule.expr)).not.toEqual([]);
      expect(metricsIn(rule.expr).filter((name) => !isKnown(name))).toEqual([]);
    },
  );

  it('would notice a metric that there is not', () => {
    expect(metricsIn('sum by (le) (rate(parley_gone_total{channel="x"}[5m]))')).toEqual([
      'parley_gone_total',
    ]);
    expect(isKnown('parley_gone_total')).toBe(false);
  });

  it('leads each alert to a heading of the runbooks', () => {
    const headings = [...read('docs/runbooks.md').matchAll(/^## (.+)$/gm)].map(
      ([, title]) => `docs/runbooks.md#${String(title).toLowerCase().replaceAll(' ', '-')}`,
    );
    const lost = rules.filter(({ annotations }) => !headings.includes(annotations.runbook));
    expect(lost.map(({ alert }) => alert)).toEqual([]);
  });
});

describe('ops/grafana/parley.json', () => {
  const panels = dashboard.panels.filter(({ targets }) => targets);
  it('asks for documented metrics, and shows every one of ours', () => {
    const asked = panels.flatMap(({ targets }) =>
      (targets ?? []).flatMap(({ expr }) => metricsIn(expr)),
    );
    expect([...new Set(asked)].filter((name) => !isKnown(name))).toEqual([]);
    expect(
      documented.filter((name) => name.startsWith('parley_') && !asked.includes(name)),
    ).toEqual([]);
  });
});

describe('ops/helm/parley', () => {
  it('sets only variables that a process reads', () => {
    const templates = path.join(__dirname, '../../ops/helm/parley/templates');
    const text = readdirSync(templates)
      .map((name) => readFileSync(path.join(templates, name), 'utf8'))
      .join('\n');
    const set = [...text.matchAll(/name: ([A-Z][A-Z_]+)[,\n]/g)].map(([, name]) => String(name));
    const known = new Set(
      read('infra/config.ts')
        .match(/^ {2}[A-Z_]+(?=:)/gm)
        ?.map((name) => name.trim()),
    );
    expect(set.length).toBeGreaterThan(10);
    expect([...new Set(set)].filter((name) => !known.has(name))).toEqual([]);
  });

  it('scales on the task queues that workers serve', () => {
    const values = parse(read('ops/helm/parley/values.yaml')) as {
      readonly worker: { readonly scaling: { readonly queues: { readonly name: string }[] } };
    };
    const names = values.worker.scaling.queues.map(({ name }) => name);
    const constants = [
      read('workflows/conversation/messages.ts'),
      read('workflows/routing/messages.ts'),
    ]
      .flatMap((text) => [...text.matchAll(/_TASK_QUEUE = '(\w+)'/g)])
      .map(([, name]) => name);
    expect(names.filter((name) => !constants.includes(name))).toEqual([]);
  });
});
