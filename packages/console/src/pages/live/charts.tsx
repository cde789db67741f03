// What each region does, second by second.
import type { ReactNode } from 'react';
import type { RegionSample } from '../../contract/index.ts';
import { useMetrics } from '../../data/use-metrics.ts';
import { Panel } from '../../ui/index.ts';
import { TimeChart } from './time-chart.tsx';

const acks = (sample: RegionSample): number => sample.acks;
const errors = (sample: RegionSample): number => sample.errors;
const latency = (sample: RegionSample): number | undefined => sample.p99Ms;
const settled = (sample: RegionSample): number => sample.settled;

export function Charts(): ReactNode {
  const samples = useMetrics();
  return (
    <Panel title="Last three minutes">
      <div className="charts">
        <TimeChart title="Acknowledged" unit=" / s" samples={samples} figure={acks} />
        <TimeChart title="Settled" unit=" / s" samples={samples} figure={settled} />
        <TimeChart title="Refused or failed (429, 5xx)" unit=" / s" samples={samples} figure={errors} />
        <TimeChart title="Time to answer, 99th percentile" unit=" ms" samples={samples} figure={latency} />
      </div>
    </Panel>
  );
}
