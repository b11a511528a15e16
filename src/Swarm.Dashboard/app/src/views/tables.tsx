import type { ComponentChildren } from 'preact';
import type { Filter } from '../filter';
import { lower, ofNode } from '../filter';
import type { Port, Service } from '../model';
import { isAlive, isWanted, kindOf } from '../model';
import { Ago, Bar, Empty, Pill, State, useStore } from '../parts';
import type { Store } from '../store';
import { bytes, clock, cores, image, plural } from '../text';
import { go } from '../url';
import { sortNodes } from './topology';

interface ViewProps { filter: Filter | null; pick: string }

export interface Progress { running: number; wanted: number; updated: number; failed: number; done: number; waiting: number }

/** What lists count, as `docker service ls` does; and how many tasks are of the newest spec. */
export function progressOf(store: Store, service: Service): Progress {
  const p: Progress = { running: 0, wanted: 0, updated: 0, failed: 0, done: 0, waiting: 0 };
  const job = service.mode.endsWith('job');
  for (const task of store.tasksOf(service.id)) {
    if (job && (task.iteration ?? 0) !== (service.iteration ?? 0)) continue;
    const kind = kindOf(task.state);
    if (kind === 'run') p.running++;
    if (kind === 'done') p.done++;
    if (kind === 'bad') p.failed++;
    if (kind === 'wait' && isWanted(task)) p.waiting++;
    if (isWanted(task) && isAlive(task)) p.wanted++;
    if (kind === 'run' && isWanted(task) && (task.specVersion ?? 0) === (service.specVersion ?? 0)) p.updated++;
  }
  if (service.mode === 'replicated') p.wanted = service.replicas ?? 0;
  if (service.mode === 'replicated-job') p.wanted = service.replicas ?? 0;
  return p;
}

export const isRolling = (s: Service) => s.rollout?.state === 'updating' || s.rollout?.state === 'rollback_started';

export function portText(p: Port): string {
  return p.published ? `${p.published}${p.mode === 'host' ? '' : ''} → ${p.target}/${p.proto}` : `${p.target}/${p.proto}`;
}

function Table({ head, children, label }: { head: string[]; children: ComponentChildren; label: string }) {
  return (
    <div class="scroll">
      <table aria-label={label}>
        <thead><tr>{head.map(h => <th scope="col" key={h}>{h}</th>)}</tr></thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

function Row({ pick, picked, children, testid }: { pick: string; picked: boolean; children: ComponentChildren; testid: string }) {
  return (
    <tr class={picked ? 'picked' : ''} data-testid={testid} onClick={() => go({ pick })}>
      {children}
    </tr>
  );
}

function Name({ pick, children }: { pick: string; children: ComponentChildren }) {
  return (
    <td class="first">
      <button class="link" onClick={e => { e.stopPropagation(); go({ pick }); }}>{children}</button>
    </td>
  );
}

export function Services({ filter, pick, only }: ViewProps & { only?: string }) {
  const store = useStore();
  const all = [...store.services.values()]
    .filter(s => only === undefined || (s.stack ?? '') === only)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (all.length === 0) return <Empty title="No services yet"><code>docker service create</code> makes the first one.</Empty>;
  const some = all.filter(s => !filter || filter(lower({
    service: s.name, stack: s.stack, image: s.image, state: s.rollout?.state ?? '', mode: s.mode, id: s.id,
  })));
  if (some.length === 0) return <Empty title="No service matches the filter" />;
  return (
    <Table label="Services" head={['Service', 'Mode', 'Tasks', 'Image', 'Ports', 'Rollout', 'Updated']}>
      {some.map(s => {
        const p = progressOf(store, s);
        const im = image(s.image);
        const job = s.mode.endsWith('job');
        const short = job ? p.done < p.wanted : p.running < p.wanted;
        return (
          <Row key={s.id} pick={`service/${s.id}`} picked={pick === `service/${s.id}`} testid="service">
            <Name pick={`service/${s.id}`}><i class={`chip h${store.hue(s.id)}`} aria-hidden="true" />{s.name}</Name>
            <td class="muted">{s.mode}</td>
            <td class="tasks">
              <Bar value={job ? p.done : p.running} of={p.wanted} kind={short ? 'busy' : 'ok'} label={job ? `${p.done} of ${p.wanted} completed` : `${p.running} of ${p.wanted} run`} />
              <span class="num">{job ? `${p.done}/${p.wanted}` : `${p.running}/${p.wanted}`}</span>
              {p.failed > 0 && <Pill kind="bad">{p.failed} failed</Pill>}
              {p.waiting > 0 && <Pill kind="busy">{p.waiting} waiting</Pill>}
            </td>
            <td>{im.name}{im.tag && <span class="muted">:{im.tag}</span>}</td>
            <td class="num">{(s.ports ?? []).slice(0, 3).map(portText).join(', ')}{(s.ports?.length ?? 0) > 3 && ` +${s.ports!.length - 3}`}</td>
            <td><RolloutText service={s} progress={p} /></td>
            <td class="muted num"><Ago at={s.updated} /></td>
          </Row>
        );
      })}
    </Table>
  );
}

export function RolloutText({ service, progress }: { service: Service; progress: Progress }) {
  const r = service.rollout;
  if (!r) return <span class="muted">–</span>;
  if (isRolling(service)) {
    return (
      <span class="rollout" data-testid="rollout">
        <Bar value={progress.updated} of={progress.wanted} kind="busy" label={`${progress.updated} of ${progress.wanted} updated`} />
        <span class="num">{r.state === 'updating' ? 'updating' : 'rolling back'} {progress.updated}/{progress.wanted}</span>
      </span>
    );
  }
  const bad = r.state.endsWith('paused');
  return <span class={bad ? 'k-bad state' : 'muted'} title={r.msg}>{r.state.replaceAll('_', ' ')}</span>;
}

export function Stacks({ filter, pick }: ViewProps) {
  const store = useStore();
  const stacks = new Map<string, Service[]>();
  for (const s of store.services.values()) {
    const list = stacks.get(s.stack ?? '');
    if (list) list.push(s);
    else stacks.set(s.stack ?? '', [s]);
  }
  const names = [...stacks.keys()].filter(Boolean).sort();
  if (names.length === 0) return <Empty title="No stacks yet"><code>docker stack deploy -c compose.yml NAME</code> makes the first one.</Empty>;
  const shown = names.filter(n => !filter || filter(lower({ stack: n })) || stacks.get(n)!.some(s => filter(lower({ service: s.name, image: s.image, stack: n }))));
  return (
    <div class="stacks">
      {shown.length === 0 && <Empty title="No stack matches the filter" />}
      {shown.map(name => {
        const services = stacks.get(name)!;
        const sum = services.map(s => progressOf(store, s));
        const running = sum.reduce((n, p) => n + Math.min(p.running + p.done, p.wanted), 0);
        const wanted = sum.reduce((n, p) => n + p.wanted, 0);
        return (
          <section key={name} class="stack" data-testid="stack">
            <header>
              <h2>{name}</h2>
              <span class="muted">{plural(services.length, 'service')}</span>
              <Bar value={running} of={wanted} kind={running < wanted ? 'busy' : 'ok'} label={`${running} of ${wanted} run`} />
              <span class="num muted">{running}/{wanted}</span>
            </header>
            <Services filter={filter && filter(lower({ stack: name })) ? null : filter} pick={pick} only={name} />
          </section>
        );
      })}
    </div>
  );
}

export function Nodes({ filter, pick }: ViewProps) {
  const store = useStore();
  const nodes = sortNodes(store).filter(n => !filter || filter(ofNode(n)));
  if (store.nodes.size === 0) return <Empty title="No nodes yet" />;
  if (nodes.length === 0) return <Empty title="No node matches the filter" />;
  const managers = new Map(store.status.managers?.map(m => [m.id, m]));
  return (
    <Table label="Nodes" head={['Node', 'State', 'Availability', 'Role', 'Tasks', 'Processors', 'Memory', 'Engine', 'Address']}>
      {nodes.map(n => {
        const m = managers.get(n.id);
        return (
          <Row key={n.id} pick={`node/${n.id}`} picked={pick === `node/${n.id}`} testid="node-row">
            <Name pick={`node/${n.id}`}>{n.name}</Name>
            <td><span class={`state ${n.state === 'ready' ? 'k-run' : 'k-bad'}`}><i class="g" aria-hidden="true" />{n.state}</span></td>
            <td>{n.avail === 'active' ? <span class="muted">active</span> : <Pill kind="busy">{n.avail}</Pill>}</td>
            <td>{store.status.leader === n.id ? <Pill kind="lead">leader</Pill> : n.role}{m && !m.reachable && ' '}{m && !m.reachable && <Pill kind="bad">unreachable</Pill>}</td>
            <td class="num">{store.onNode(n.id).filter(t => t.state === 'running').length}</td>
            <td class="num">{n.cpu ? cores(n.cpu) : ''}</td>
            <td class="num">{n.mem ? bytes(n.mem) : ''}</td>
            <td class="muted">{n.engine}{n.arch && ` ${n.os}/${n.arch}`}</td>
            <td class="muted num">{n.addr}</td>
          </Row>
        );
      })}
    </Table>
  );
}

export function Networks({ filter }: ViewProps) {
  const store = useStore();
  const all = [...store.networks.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (all.length === 0) return <Empty title="No networks yet"><code>docker network create -d overlay NAME</code> makes one.</Empty>;
  const some = all.filter(n => !filter || filter(lower({ network: n.name, driver: n.driver, stack: n.stack, id: n.id, subnet: n.subnets?.join(' ') })));
  if (some.length === 0) return <Empty title="No network matches the filter" />;
  return (
    <Table label="Networks" head={['Network', 'Driver', 'Subnets', 'Kind', 'Services', 'Created']}>
      {some.map(n => {
        const users = [...store.services.values()].filter(s => s.nets?.includes(n.id));
        return (
          <tr key={n.id} data-testid="network">
            <td class="first">{n.name}</td>
            <td class="muted">{n.driver}</td>
            <td class="num">{n.subnets?.join(', ')}</td>
            <td>{[n.ingress && 'routing mesh', n.internal && 'internal', n.attachable && 'attachable', n.ipv6 && 'IPv6'].filter(Boolean).join(', ') || <span class="muted">–</span>}</td>
            <td>{users.length === 0 ? <span class="muted">–</span> : users.map((s, i) => (
              <span key={s.id}>{i > 0 && ', '}<button class="link" onClick={() => go({ pick: `service/${s.id}` })}>{s.name}</button></span>
            ))}</td>
            <td class="muted num"><Ago at={n.created} /></td>
          </tr>
        );
      })}
    </Table>
  );
}

export function Events({ filter }: ViewProps) {
  const store = useStore();
  const some = store.events.filter(e => !filter || filter(lower({ kind: e.kind, action: e.action, name: e.name, text: e.text, id: e.id, who: e.who }))).reverse();
  if (store.events.length === 0) return <Empty title="Nothing has happened yet">Changes appear here from the moment this manager started.</Empty>;
  if (some.length === 0) return <Empty title="No event matches the filter" />;
  return (
    <ol class="events" data-testid="events">
      {some.map((e, i) => {
        const target = e.kind === 'task' || e.kind === 'service' || e.kind === 'node' ? `${e.kind}/${e.id}` : '';
        return (
          <li key={`${e.v}-${e.kind}-${e.id}-${some.length - i}`}>
            <time class="num muted" dateTime={new Date(e.at).toISOString()} title={new Date(e.at).toLocaleString()}>{clock(e.at)}</time>
            <span class="muted kind">{e.kind}</span>
            {target ? <button class="link" onClick={() => go({ pick: target })}>{e.name || e.id.slice(0, 12)}</button> : <span>{e.name || e.id.slice(0, 12)}</span>}
            <span>{e.kind === 'task' && e.action === 'update' ? <State of={e.text.split(':')[0]!} quiet /> : null} {e.action === 'update' ? e.text : `${e.action}${e.text ? `, ${e.text}` : ''}`}</span>
            {e.who && <span class="muted who">by {e.who}</span>}
          </li>
        );
      })}
    </ol>
  );
}
