import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Series {
  readonly label: string;
  /** A custom property of the theme. */
  readonly colour: string;
  /** Dashes in pixels: lines are told apart without colour, too. */
  readonly dash?: readonly number[];
  readonly values: readonly (number | null)[];
}
export interface ChartProps {
  readonly label: string;
  /** Seconds since the epoch. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly locale: string;
  /** The whole period, in seconds since the epoch, also where nothing happened. */
  readonly from: number;
  readonly to: number;
  readonly max?: number;
}

const HEIGHT = 230;

/** Lines over time. What they show is in a table beside, for who does not see them. */
export function Chart({ label, times, series, locale, from, to, max }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const grid = { stroke: colour('--line'), width: 1 };
    const axis = { stroke: colour('--dim'), grid, ticks: grid, font: '12px system-ui' };
    const hours = new Intl.DateTimeFormat(locale, {
      month: 'numeric',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
    });
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        // uPlot names the scheme nowhere: a new one is drawn with it.
        class: scheme,
        axes: [{ ...axis, space: 90, values: (_, at) => at.map((second) => shown(second)) }, axis],
        scales: {
          x: { range: () => [from, to] },
          y: { range: (_, __, high) => [0, max ?? Math.max(1, (high ?? 1) * 1.1)] },
        },
        series: [
          { value: (_, second) => (second === null ? '' : hours.format(second * 1000)) },
          ...series.map((one) => ({
            label: one.label,
            stroke: colour(one.colour),
            width: 2,
            spanGaps: true,
            points: { show: times.length < 60 },
            ...(one.dash ? { dash: [...one.dash] } : {}),
          })),
        ],
      },
      [[...times], ...series.map(({ values }) => [...values])] as uPlot.AlignedData,
      element,
    );
    const long = to - from > 2 * 86_400;
    const format = new Intl.DateTimeFormat(
      locale,
      long ? { month: 'short', day: 'numeric' } : { hour: '2-digit', minute: '2-digit' },
    );
    function shown(second: number): string {
      return format.format(second * 1000);
    }
    plot.redraw();
    const observer = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [times, series, locale, from, to, max, scheme]);
  return <div className="chart" ref={place} role="img" aria-label={label} />;
}
