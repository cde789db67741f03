// What happened, as a sentence. Total: an event of a type unknown here is told by its fields.
import type { TwinEvent } from '../../contract/index.ts';
import { span } from '../../ui/index.ts';

/** A field of the event as a word; empty when it has none of that name. */
type Field = (name: string) => string;

const faultOf = (of: Field): string => {
  if (of('fail') === 'true' || of('cut') === 'true') return of('cut') ? 'is cut' : 'fails';
  if (of('drop')) return `loses ${of('drop')}`;
  return Number(of('delayMs')) > 0 ? `is ${of('delayMs')} ms late` : 'works again';
};

const sentences: Readonly<Record<string, (of: Field) => string>> = {
  ready: () => 'The twin is ready.',
  region_killed: (of) => `${of('region')} was killed.`,
  region_restored: (of) => `${of('region')} was started again.`,
  region_isolated: (of) => `${of('region')} was cut off.`,
  region_rejoined: (of) => `${of('region')} was connected again.`,
  region_process_killed: (of) => `The process of ${of('region')} was killed; its database goes on.`,
  region_process_restored: (of) => `The process of ${of('region')} was started again.`,
  witness_killed: () => 'The witness was killed.',
  witness_restored: () => 'The witness was started again.',
  region_health: (of) => `DNS takes ${of('region')} for ${of('healthy') === 'true' ? 'healthy' : 'unhealthy'}.`,
  resolver: (of) => `DNS answers ${of('region')}.`,
  epoch: (of) => `Epoch ${of('epoch')}: ${of('phase') === 'moving' ? `the active role moves to ${of('activeRegion')}` : `${of('activeRegion')} settles${of('healed') === 'true' ? ', and all is healed' : ''}`}.`,
  move_requested: (of) => `A ${of('kind') === 'planned' ? 'planned move' : 'failover'} to ${of('to')} was ordered by ${of('by')}.`,
  move_ended: (of) => `The workflow in ${of('region')} ended: ${of('state')}.`,
  move_healed: (of) => `The move to ${of('to')} is healed${spansOf(of('phases'))}.`,
  standby_rebuilt: (of) => `The standby in ${of('region')} was built anew.`,
  service: (of) => `For ${of('region')}, ${of('service')} ${faultOf(of)}.`,
  link: (of) => `The link ${of('link')} ${faultOf(of)}.`,
  alert: (of) => `Alert in ${of('region')}: ${of('sentence')}`,
  alert_copy: (of) => `The alert was heard in ${of('heard_in')} too.`,
};

const spansOf = (phases: string): string => {
  const { moveMs, healMs } = JSON.parse(phases) as { readonly moveMs: number; readonly healMs: number };
  return `: moved in ${span(moveMs)}, healed in ${span(healMs)}`;
};

const wordOf = (value: unknown): string => (typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value));

export function sentenceOf(event: TwinEvent): string {
  const sentence = sentences[event.type];
  if (sentence) return sentence((name) => wordOf(event[name]));
  const { id: _id, at: _at, type, ...fields } = event;
  return `${type.replaceAll('_', ' ')} ${Object.entries(fields).map(([name, value]) => `${name}: ${wordOf(value)}`).join(', ')}`;
}

/** Which of them a person looks for first. */
export const isLoud = ({ type }: TwinEvent): boolean => /^(alert$|crash|epoch|move_|region_killed|region_isolated|lost_rows)/.test(type);
