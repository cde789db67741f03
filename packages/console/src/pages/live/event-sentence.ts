// What happened, as a sentence. Total: an event of a type unknown here is told by its fields.
import type { TwinEvent } from '../../contract/index.ts';
import { span } from '../../ui/index.ts';

const sentences: Readonly<Record<string, (event: TwinEvent) => string>> = {
  ready: () => 'The twin is ready.',
  region_killed: ({ region }) => `${region} was killed.`,
  region_restored: ({ region }) => `${region} was started again.`,
  region_isolated: ({ region }) => `${region} was cut off.`,
  region_rejoined: ({ region }) => `${region} was connected again.`,
  region_process_killed: ({ region }) => `The process of ${region} was killed; its database goes on.`,
  region_process_restored: ({ region }) => `The process of ${region} was started again.`,
  witness_killed: () => 'The witness was killed.',
  witness_restored: () => 'The witness was started again.',
  region_health: ({ region, healthy }) => `DNS takes ${region} for ${healthy === true ? 'healthy' : 'unhealthy'}.`,
  resolver: ({ region, to }) => `DNS answers ${region ?? to}.`,
  epoch: ({ epoch, activeRegion, phase, healed }) => (phase === 'moving' ? `Epoch ${epoch}: the active role moves to ${activeRegion}.` : `Epoch ${epoch}: ${activeRegion} settles${healed === true ? ', and all is healed' : ''}.`),
  move_requested: ({ kind, to, by }) => `A ${kind === 'planned' ? 'planned move' : 'failover'} to ${to} was ordered by ${by}.`,
  move_ended: ({ region, state }) => `The workflow in ${region} ended: ${state}.`,
  move_healed: ({ to, phases }) => `The move to ${to} is healed${spanOf(phases)}.`,
  standby_rebuilt: ({ region }) => `The standby in ${region} was built anew.`,
  service: ({ region, service, fail, delayMs, drop }) => `For ${region}, ${service} ${fail === true ? 'fails' : drop ? `loses ${drop}` : Number(delayMs) > 0 ? `is ${delayMs} ms late` : 'works again'}.`,
  link: ({ link, cut, delayMs }) => `The link ${link} ${cut === true ? 'is cut' : Number(delayMs) > 0 ? `is ${delayMs} ms late` : 'is whole again'}.`,
  alert: ({ region, sentence }) => `Alert in ${region}: ${sentence}`,
  alert_copy: ({ heard_in: heardIn }) => `The alert was heard in ${heardIn} too.`,
};

const spanOf = (phases: unknown): string => {
  const { moveMs, healMs } = phases as { readonly moveMs: number; readonly healMs: number };
  return `: moved in ${span(moveMs)}, healed in ${span(healMs)}`;
};

export function sentenceOf(event: TwinEvent): string {
  const sentence = sentences[event.type];
  if (sentence) return sentence(event);
  const { id: _id, at: _at, type, ...fields } = event;
  return `${type.replaceAll('_', ' ')} ${Object.entries(fields).map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(', ')}`;
}

/** Which of them a person looks for first. */
export const isLoud = ({ type }: TwinEvent): boolean => /^(alert$|crash|epoch|move_|region_killed|region_isolated|lost_rows)/.test(type);
