// What happened, newest first.
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { TwinEvent } from '../../contract/index.ts';
import { Button, clockTime, Empty, Panel } from '../../ui/index.ts';
import { isLoud, sentenceOf } from './event-sentence.ts';

const SHOWN_MAX = 60;

export function EventList({ events }: { readonly events: readonly TwinEvent[] }): ReactNode {
  const [isLoudOnly, setLoudOnly] = useState(false);
  const shown = events.filter((event) => !isLoudOnly || isLoud(event)).slice(0, SHOWN_MAX);
  return (
    <Panel title="What happened" actions={<Button pressed={isLoudOnly} onClick={() => setLoudOnly(!isLoudOnly)}>Moves and alerts only</Button>}>
      {shown.length === 0 ? <Empty>Nothing yet.</Empty> : (
        <ol className="events" tabIndex={0} aria-label="Events, newest first">
          {shown.map((event) => <li key={`${event.id} ${event.at}`} data-loud={isLoud(event)}><time>{clockTime(event.at)}</time><span className="break">{sentenceOf(event)}</span></li>)}
        </ol>
      )}
    </Panel>
  );
}
