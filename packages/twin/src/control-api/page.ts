/** The twin's own page: what both regions are doing now, and the switches to break them. One file, nothing from elsewhere. */

const style = `
:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e6e8ea); --dim: light-dark(#5b6470, #9aa4af); --line: light-dark(#d8dde3, #343a42);
  --card: light-dark(#ffffff, #1c2026); --ground: light-dark(#f4f6f8, #121519); --good: light-dark(#0a7a43, #4cc38a); --bad: light-dark(#b3261e, #ff8a80); --note: light-dark(#8a5a00, #ffca66); }
* { box-sizing: border-box; }
body { margin: 0; padding: 24px; font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
main { max-width: 1040px; margin: auto; }
h1 { font-size: 22px; margin: 0 0 2px; } h2 { font-size: 16px; margin: 0 0 10px; } p { margin: 0 0 16px; color: var(--dim); }
.row { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 16px; margin-bottom: 16px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px; }
section.active { border-color: var(--good); box-shadow: 0 0 0 1px var(--good); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 0 0 12px; } dt { color: var(--dim); } dd { margin: 0; font-variant-numeric: tabular-nums; }
.good { color: var(--good); } .bad { color: var(--bad); } .note { color: var(--note); }
button { font: inherit; padding: 5px 12px; border: 1px solid var(--line); border-radius: 7px; background: transparent; color: inherit; cursor: pointer; margin: 0 6px 6px 0; }
button:disabled { opacity: .5; border-style: dashed; cursor: not-allowed; } button:focus-visible { outline: 2px solid var(--good); }
ol { list-style: none; margin: 0; padding: 0; max-height: 320px; overflow: auto; font: 13px/1.6 ui-monospace, monospace; } ol li { overflow-wrap: anywhere; } time { color: var(--dim); margin-right: 8px; }
#answer { color: var(--note); margin: 0; } h2 small { font-weight: normal; color: var(--dim); margin-left: 8px; } section.active small { color: var(--good); }
@media (max-width: 480px) { body { padding: 12px; } }
`;

const script = `
const at = (id) => document.getElementById(id);
const word = (good, yes, no) => { const b = document.createElement('span'); b.className = good ? 'good' : 'bad'; b.textContent = good ? yes : no; return b; };
const facts = (list, entries) => { list.replaceChildren(...entries.flatMap(([name, value]) => { const dt = document.createElement('dt'); dt.textContent = name; const dd = document.createElement('dd'); dd.append(value); return [dt, dd]; })); };
let state;
const ask = async (path) => { const answer = await fetch(path, { method: 'POST' }); const body = await answer.json(); at('answer').textContent = answer.ok ? '' : body.error; refresh(); };
for (const button of document.querySelectorAll('button')) button.onclick = () => ask(button.dataset.path);
const allow = (path, ok, why) => { const button = document.querySelector('[data-path="' + path + '"]'); button.disabled = !ok; button.title = ok ? '' : why; };
const show = () => {
  const { epoch, resolver, regions, failover, last, witness } = state;
  facts(at('whole'), [['Settles', epoch ? epoch.activeRegion : 'unknown'], ['Epoch', epoch ? epoch.epoch + ', ' + epoch.phase + (epoch.healed ? '' : ', healing') : ''], ['DNS answers', resolver.region], ['Witness', word(witness.up, 'up', 'down')],
    ['Move', failover ? failover.kind + ' to ' + failover.to + ': ' + failover.phase + ', ' + ((Date.now() - failover.startedAt) / 1000).toFixed(1) + ' s' : 'none'],
    ...(last ? [['Last move', last.kind + ' to ' + last.to + ': ' + (last.phases.detectMs === undefined ? '' : 'noticed after ' + (last.phases.detectMs / 1000).toFixed(1) + ' s, ') + 'settling again after ' + (last.phases.moveMs / 1000).toFixed(1) + ' s, healed after ' + (last.phases.healMs / 1000).toFixed(1) + ' s' + (last.lostRows ? '; ' + last.lostRows.lost + ' ledger rows lost by replication, ' + last.lostRows.restored + ' restored' : '')]] : [])]);
  for (const [name, region] of Object.entries(regions)) {
    const isActive = Boolean(epoch) && epoch.activeRegion === name;
    at(name).className = isActive ? 'active' : ''; at(name).querySelector('small').textContent = isActive ? 'active: accepts and settles' : region.up ? 'accepts' : '';
    const held = name === 'us-east-1' && !isActive && region.up && !region.isolated && !region.healthy;
    const broken = Object.keys(region.services);
    facts(at(name + '-facts'), [['Process', word(region.up, 'up', 'down')], ['Network', word(!region.isolated, 'connected', 'cut off')], ['DNS health', held ? 'unhealthy on purpose: no traffic before a fail-back' : word(region.healthy, 'healthy', 'unhealthy')],
      ['Ledger', region.ledger.role === 'down' ? word(false, '', 'down') : region.ledger.role + (region.ledger.lagMs === undefined ? '' : ', ' + Math.round(region.ledger.lagMs) + ' ms behind')], ['Queue', region.queue.visible + ' waiting, ' + region.queue.inFlight + ' in flight, ' + region.queue.dead + ' dead'], ['Broken', broken.length ? word(false, '', broken.join(', ')) : 'nothing']]);
    const base = '/twin/regions/' + name + '/';
    allow(base + 'kill', region.up, name + ' is down already'); allow(base + 'restore', !region.up, name + ' is up already');
    allow(base + 'isolate', !region.isolated, name + ' is cut off already'); allow(base + 'rejoin', region.isolated, name + ' is connected already');
  }
  const active = epoch && epoch.activeRegion;
  const peer = active === 'us-east-1' ? 'us-east-2' : 'us-east-1';
  document.querySelector('[data-path="/twin/failover"]').textContent = 'Fail over to ' + peer;
  allow('/twin/failover', regions[peer].up, peer + ' is down; restore it first');
  allow('/twin/failback', active !== 'us-east-1' && regions['us-east-1'].up, active === 'us-east-1' ? 'us-east-1 is the active region already' : 'us-east-1 is down; restore it first');
};
const refresh = async () => { try { state = await (await fetch('/twin/state')).json(); show(); } catch { at('answer').textContent = 'The twin does not answer.'; } };
const events = new EventSource('/twin/events');
const types = ['epoch', 'resolver', 'region_health', 'region_killed', 'region_restored', 'region_isolated', 'region_rejoined', 'service', 'move_requested', 'move_ended', 'move_healed', 'standby_rebuilt', 'standby_astray', 'lost_rows_counted', 'alert', 'crash', 'witness_killed', 'witness_restored'];
for (const type of types) events.addEventListener(type, (message) => { const { id, at: when, type: name, ...rest } = JSON.parse(message.data); const item = document.createElement('li'); const time = document.createElement('time'); time.textContent = new Date(when).toLocaleTimeString(); item.append(time, rest.sentence ? rest.region + ': ' + rest.sentence : name.replaceAll('_', ' ') + '  ' + Object.entries(rest).map(([k, v]) => k + '=' + (typeof v === 'object' ? JSON.stringify(v) : v)).join('  ')); at('events').prepend(item); while (at('events').children.length > 200) at('events').lastChild.remove(); refresh(); });
setInterval(refresh, 1000); refresh();
`;

const button = (path: string, label: string): string => `<button type="button" data-path="${path}">${label}</button>`;

const region = (name: string): string => `<section id="${name}" aria-label="${name}"><h2>${name}<small></small></h2><dl id="${name}-facts"></dl>
${button(`/twin/regions/${name}/kill`, 'Kill')}${button(`/twin/regions/${name}/restore`, 'Restore')}${button(`/twin/regions/${name}/isolate`, 'Cut off')}${button(`/twin/regions/${name}/rejoin`, 'Rejoin')}</section>`;

export const page: string = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Understudy twin</title><link rel="icon" href="data:,"><style>${style}</style></head>
<body><main><h1>Understudy</h1><p>Two regions on this machine. Payments are accepted in both and settled in one.</p>
<div class="row">${region('us-east-1')}${region('us-east-2')}</div>
<div class="row"><section aria-label="Both regions"><h2>Both regions</h2><dl id="whole"></dl>${button('/twin/failover', 'Fail over')}${button('/twin/failback', 'Fail back to us-east-1')}<p id="answer" role="status"></p></section></div>
<section aria-label="Events"><h2>What happened</h2><ol id="events"></ol></section></main><script>${script}</script></body></html>`;
