// One figure of both regions over the last minutes. The words above it say the newest values, so that nobody needs the drawing.
import { regions } from '@understudy/core';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { MetricsSample, RegionSample } from '../../contract/index.ts';
import { WINDOW_MS } from '../../data/use-metrics.ts';
import { count } from '../../ui/index.ts';
import { useThemeVersion } from '../../ui/use-theme.ts';
import { chartDataOf } from './chart-data.ts';

export interface TimeChartProps {
  readonly title: string;
  readonly unit: string;
  readonly samples: readonly MetricsSample[];
  readonly figure: (sample: RegionSample) => number | undefined;
}

const HEIGHT_PX = 132;
/** Two solid lines in two colours look the same to some; one is dashed. */
const dashes: readonly (number[] | undefined)[] = [undefined, [5, 3]];

export function TimeChart({ title, unit, samples, figure }: TimeChartProps): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const theme = useThemeVersion();
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const plot = new uPlot(optionsOf(element, legend.current ?? element), [[], [], []], element);
    chart.current = plot;
    const size = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    size.observe(element);
    return () => {
      size.disconnect();
      plot.destroy();
    };
  }, []);
  useEffect(() => {
    const { times, columns } = chartDataOf(samples, figure);
    chart.current?.setData([times, ...columns] as uPlot.AlignedData);
  }, [samples, figure, theme]);
  const newest = samples.at(-1);
  return (
    <figure className="chart">
      <figcaption>
        <span className="chart-title">{title}</span>
        <div className="chart-legend" ref={legend}>
          {regions.map((region, i) => (
            <span key={region}><i className="swatch" data-series={i + 1} aria-hidden="true" />{region} <b>{newest ? valueText(figure(newest.regions[region])) : '–'}</b>{unit}</span>
          ))}
        </div>
      </figcaption>
      <div ref={frame} aria-hidden="true" />
    </figure>
  );
}

const valueText = (value: number | undefined): string => (value === undefined ? '–' : count(value));

/** Colours are asked for at each drawing: a canvas does not follow the style sheet. */
function optionsOf(element: HTMLElement, legend: HTMLElement): uPlot.Options {
  const colour = (series: number): string => {
    const swatch = legend.querySelector(`[data-series="${series}"]`);
    return swatch ? getComputedStyle(swatch).color : '';
  };
  const dim = (): string => getComputedStyle(legend).color;
  const grid = (): string => getComputedStyle(element).borderTopColor;
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 22, 0, 0],
    scales: { x: { range: (_plot, _min, max) => [max - WINDOW_MS / 1_000, max] }, y: { range: (_plot, _min, max) => [0, Math.max(5, max * 1.1)] } },
    axes: [
      { stroke: dim, grid: { show: false }, ticks: { show: false }, size: 22, font: '11px system-ui', space: 70, values: (_plot, splits) => splits.map((second) => new Date(second * 1_000).toTimeString().slice(0, 8)) },
      { stroke: dim, grid: { stroke: grid, width: 1 }, ticks: { show: false }, size: 48, font: '11px system-ui', space: 30, values: (_plot, splits) => splits.map((value) => (Number.isInteger(value) ? count(value) : '')) },
    ],
    series: [{}, ...regions.map((_, i): uPlot.Series => {
      const dash = dashes[i];
      return { stroke: () => colour(i + 1), width: 1.5, points: { show: false }, ...(dash && { dash }) };
    })],
  };
}
