/**
 * The load generator: how many payments a second, by which clients, and what they see of it. The slider orders when it is
 * let go, so that dragging it is one order.
 */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { clientKinds, LOAD_RATE_MAX } from '../../contract/index.ts';
import type { ClientKind, LoadState } from '../../contract/index.ts';
import { postJson } from '../../data/http.ts';
import { useResource } from '../../data/use-resource.ts';
import { Badge, Button, count, Facts, Panel, span, useToast } from '../../ui/index.ts';

const LOOK_EVERY_MS = 1_000;
/** What a newcomer starts with: enough to see, little enough for any machine. */
const FIRST_RATE = 50;
const about: Readonly<Record<ClientKind, string>> = {
  'dns-only': 'knows one name, sends once',
  'dns-retrying': 'knows one name, repeats',
  library: 'the client library, asks both regions',
};

export function LoadPanel(): ReactNode {
  const toast = useToast();
  const load = useResource<LoadState>('/twin/load', { everyMs: LOOK_EVERY_MS });
  /** While the slider is held, what it says; else what is ordered. */
  const [held, setHeld] = useState<number>();
  const state = load.value;
  const rate = held ?? state?.ratePerSecond ?? 0;
  const clients = state?.clients ?? clientKinds;
  const order = async (ratePerSecond: number, who: readonly ClientKind[] = clients): Promise<void> => {
    try {
      await postJson('/twin/load', { ratePerSecond, clients: who });
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'bad');
    }
    setHeld(undefined);
    load.reload();
  };
  const letGo = (): void => {
    if (held !== undefined) void order(held);
  };
  const toggle = (kind: ClientKind): void => {
    const who = clients.includes(kind) ? clients.filter((each) => each !== kind) : clientKinds.filter((each) => each === kind || clients.includes(each));
    void order(state?.ratePerSecond ?? 0, who);
  };
  const isOn = (state?.ratePerSecond ?? 0) > 0;
  return (
    <Panel title="Load" aside={<Badge tone={isOn ? 'info' : 'plain'} label={isOn ? `${state?.ratePerSecond}/s ordered` : 'off'} />} actions={
      isOn ? <Button kind="danger" onClick={() => void order(0)}>Stop the load</Button> : <Button kind="primary" blocked={state ? undefined : 'its state is being read'} onClick={() => void order(FIRST_RATE)}>Start the load</Button>
    }>
      <label className="field">
        Payments a second: {rate}
        <input type="range" min={0} max={LOAD_RATE_MAX} step={5} value={rate} onChange={(event) => setHeld(Number(event.target.value))} onPointerUp={letGo} onKeyUp={letGo} onBlur={letGo} />
      </label>
      <fieldset className="row plain">
        <legend className="visually-hidden">Who sends, in turn</legend>
        {clientKinds.map((kind) => (
          <Button key={kind} pressed={clients.includes(kind)} blocked={clients.length === 1 && clients[0] === kind ? 'somebody has to send' : undefined} onClick={() => toggle(kind)} label={`${kind}: ${about[kind]}`}>{kind}</Button>
        ))}
      </fieldset>
      {state?.fault !== undefined && <p className="notice" data-tone="bad">{state.fault}</p>}
      <Tally state={state} />
    </Panel>
  );
}

function Tally({ state }: { readonly state: LoadState | undefined }): ReactNode {
  const tally = state?.tally;
  if (!tally) return <p className="dim">Merchants of a test key, in a process beside the twin. What they see of a failover is counted here.</p>;
  return (
    <Facts entries={[
      ['accepted', `${count(tally.accepted)} of ${count(tally.sent)} sent, ${count(tally.acceptedPerSecond)}/s now`],
      ['not answered', `${count(tally.unanswered)} calls; ${count(tally.refused)} refused`],
      ['longest gap', span(tally.longestGapMs)],
      ['to an acceptance', tally.p50Ms === undefined ? 'nothing accepted yet' : `${span(tally.p50Ms)} half, ${span(tally.p99Ms ?? 0)} 99 of 100`],
      ...(tally.skipped > 0 ? [['skipped', `${count(tally.skipped)}: ${count(tally.underWay)} were under way`] as const] : []),
    ]} />
  );
}
