import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { act, Confirmed } from '../actions';
import type { ServiceDetail, Task, TaskDetail, Workload } from '../model';
import { kindOf } from '../model';
import { Ago, Pill, State, useStore } from '../parts';
import type { Store } from '../store';
import { bytes, clock, cores, image } from '../text';
import { go } from '../url';
import { Logs } from './logs';
import { portText, progressOf, RolloutText } from './tables';

/** What was picked: a task, a service or a node. */
export function Drawer({ pick }: { pick: string }) {
  const ref = useRef<HTMLElement>(null);
  const back = useRef<Element | null>(null);
  useEffect(() => {
    back.current = document.activeElement;
    ref.current?.focus({ preventScroll: true });
    return () => (back.current as HTMLElement | null)?.isConnected && (back.current as HTMLElement).focus({ preventScroll: true });
  }, []);
  const slash = pick.indexOf('/');
  const [kind, id] = [pick.slice(0, slash), pick.slice(slash + 1)];
  return (
    <aside class="drawer" aria-label={`Details of the ${kind}`} tabIndex={-1} ref={ref} data-testid="drawer">
      <button class="close" aria-label="Close" onClick={() => go({ pick: '' })}>
        <svg viewBox="0 0 12 12" aria-hidden="true"><path d="M2 2l8 8M10 2l-8 8" /></svg>
      </button>
      {kind === 'task' ? <TaskPart key={id} id={id} /> : kind === 'service' ? <ServicePart key={id} id={id} /> : <NodePart key={id} id={id} />}
    </aside>
  );
}

/** Details are asked for again when what the stream says of the object has changed; without a path not at all. */
function useDetail<T>(path: string, changed: unknown): { detail?: T; gone: boolean } {
  const [state, set] = useState<{ detail?: T; gone: boolean }>({ gone: false });
  useEffect(() => {
    if (!path) return;
    const abort = new AbortController();
    fetch(path, { signal: abort.signal })
      .then(async r => set(r.ok ? { detail: (await r.json()) as T, gone: false } : old => ({ ...old, gone: r.status === 404 })))
      .catch(() => { /* the drawer was closed, or the stream says that the manager is gone */ });
    return () => abort.abort();
  }, [path, changed]);
  return state;
}

function Facts({ of }: { of: [string, ComponentChildren][] }) {
  return (
    <dl>
      {of.filter(([, value]) => value !== undefined && value !== '' && value !== null && value !== false).map(([name, value]) => (
        <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}

function TaskPart({ id }: { id: string }) {
  const store = useStore();
  const live = store.tasks.get(id);
  const place = live && store.tasksOf(live.svc ?? '').length;
  const seen = useRef(false);
  seen.current ||= !!live;
  const left = seen.current && !live;
  const { detail, gone } = useDetail<TaskDetail>(left ? '' : `./api/tasks/${encodeURIComponent(id)}`, `${live?.state} ${live?.want} ${live?.err} ${place}`);
  const task = live ?? detail?.task;
  if (!task) return <Missing what="task" gone={gone} />;
  const service = task.svc ? store.services.get(task.svc) : undefined;
  const trouble = detail && detail.cause !== 'none' && (kindOf(task.state) !== 'done' && kindOf(task.state) !== 'stop');
  return (
    <>
      <header>
        <p class="over">Task{service?.stack && ` of ${service.stack}`}</p>
        <h2><i class={`chip h${store.hue(task.svc)}`} aria-hidden="true" />{store.label(task)}</h2>
        <p class="line"><State of={task.state} /> <span class="muted">for <Ago at={task.at} /></span></p>
      </header>
      {trouble && <p class={`reason ${kindOf(task.state) === 'bad' ? 'bad' : ''}`} data-testid="reason"><b>{waits[detail.cause] ?? 'Why'}</b>{detail.reason}</p>}
      {!trouble && task.err && <p class="reason bad" data-testid="reason"><b>Error</b>{task.err}</p>}
      <Facts of={[
        ['Node', task.node && <button class="link" onClick={() => go({ pick: `node/${task.node}` })}>{store.nodeName(task.node)}</button>],
        ['Service', service && <button class="link" onClick={() => go({ pick: `service/${service.id}` })}>{service.name}</button>],
        ['Wanted', task.want],
        ['Image', detail?.workload.image ?? task.image ?? service?.image],
        ['Process', detail?.pid ? String(detail.pid) : ''],
        ['Container', detail?.container?.slice(0, 12)],
        ['Exit code', task.exit ? String(task.exit) : ''],
        ['Addresses', detail?.addresses?.join(', ')],
        ['Ports', detail?.ports?.map(portText).join(', ')],
        ['Id', <code>{task.id}</code>],
      ]} />
      {detail && detail.history.length > 1 && <History tasks={detail.history} store={store} id={id} />}
      {store.logs && task.node && (
        <section><h3>Output</h3><Logs task={id} /></section>
      )}
      {detail && <Spec of={detail.workload} />}
    </>
  );
}

const waits: Record<string, string> = {
  allocator: 'Waits for addresses', scheduler: 'Waits for a node', node: 'Waits for its node', executor: 'Is being started',
  restartdelay: 'Waits to be restarted', updategate: 'Waits for its predecessor', ended: 'Has ended',
};

function History({ tasks, store, id }: { tasks: Task[]; store: Store; id: string }) {
  return (
    <section>
      <h3>History of this place</h3>
      <ol class="history" data-testid="history">
        {tasks.map(t => (
          <li key={t.id} class={t.id === id ? 'here' : ''}>
            <button class="link" onClick={() => go({ pick: `task/${t.id}` })}><State of={t.state} /></button>
            <span class="muted">{store.nodeName(t.node)}</span>
            <span class="muted num">{clock(t.at)}</span>
            {(t.err || t.exit) && <p class="muted">{t.err || `exit code ${t.exit}`}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function ServicePart({ id }: { id: string }) {
  const store = useStore();
  const service = store.services.get(id);
  const { detail } = useDetail<ServiceDetail>(service ? `./api/services/${encodeURIComponent(id)}` : '', service?.updated);
  if (!service) return <Missing what="service" gone />;
  const p = progressOf(store, service);
  const im = image(service.image);
  const tasks = store.tasksOf(id);
  return (
    <>
      <header>
        <p class="over">Service{service.stack && ` of ${service.stack}`}</p>
        <h2><i class={`chip h${store.hue(id)}`} aria-hidden="true" />{service.name}</h2>
        <p class="line"><span class="num">{p.running}/{p.wanted}</span> running <span class="muted">· {service.mode}</span></p>
      </header>
      {service.rollout && <p class="reason" data-testid="service-rollout"><b>Rollout</b><RolloutText service={service} progress={p} />{service.rollout.msg && <span class="muted"> {service.rollout.msg}</span>}</p>}
      <Facts of={[
        ['Image', <>{im.name}{im.tag && <span class="muted">:{im.tag}</span>}</>],
        ['Ports', service.ports?.map(p => <div key={portText(p)}>{portText(p)} <span class="muted">{p.mode}</span></div>)],
        ['Addresses', detail?.vips?.join(', ')],
        ['Networks', service.nets?.map(n => store.networks.get(n)?.name ?? n.slice(0, 8)).join(', ')],
        ['Update', detail?.update],
        ['Updated', <><Ago at={service.updated} /> ago</>],
        ['Id', <code>{service.id}</code>],
      ]} />
      {store.actions && <ServiceActions id={id} replicas={service.mode === 'replicated' ? service.replicas ?? 0 : undefined} />}
      <section>
        <h3>Tasks</h3>
        <ul class="list">
          {tasks.slice(0, 200).map(t => (
            <li key={t.id}>
              <button class="link" onClick={() => go({ pick: `task/${t.id}` })}>{store.label(t)}</button>
              <State of={t.state} />
              <span class="muted">{store.nodeName(t.node)}</span>
            </li>
          ))}
          {tasks.length > 200 && <li class="muted">and {tasks.length - 200} more</li>}
        </ul>
      </section>
      {detail && <Spec of={detail.workload} />}
    </>
  );
}

function ServiceActions({ id, replicas }: { id: string; replicas?: number }) {
  const [count, set] = useState(replicas ?? 0);
  useEffect(() => set(replicas ?? 0), [replicas]);
  return (
    <section class="actions" data-testid="actions">
      <h3>Change</h3>
      <div>
        {replicas !== undefined && (
          <form onSubmit={e => { e.preventDefault(); void act({ kind: 'scale', id, replicas: count }); }}>
            <label>Replicas <input type="number" min={0} max={100000} value={count} onInput={e => set(Number(e.currentTarget.value))} /></label>
            <button disabled={count === replicas}>Scale</button>
          </form>
        )}
        <button onClick={() => void act({ kind: 'force-update', id })}>Restart tasks</button>
        <Confirmed text="Roll back" question="Return to the previous spec?" run={() => act({ kind: 'rollback', id })} />
        <Confirmed text="Remove" question="Remove the service and stop its tasks?" danger run={() => act({ kind: 'remove-service', id })} />
      </div>
    </section>
  );
}

function NodePart({ id }: { id: string }) {
  const store = useStore();
  const node = store.nodes.get(id);
  if (!node) return <Missing what="node" gone />;
  const manager = store.status.managers?.find(m => m.id === id);
  const labels = [...Object.entries(node.labels ?? {}), ...Object.entries(node.engineLabels ?? {}).map(([k, v]) => [`engine: ${k}`, v] as const)];
  const tasks = store.onNode(id);
  return (
    <>
      <header>
        <p class="over">{store.status.leader === id ? 'Leader' : node.role}</p>
        <h2>{node.name}</h2>
        <p class="line">
          <span class={`state ${node.state === 'ready' ? 'k-run' : 'k-bad'}`}><i class="g" aria-hidden="true" />{node.state}</span>
          {node.avail !== 'active' && <Pill kind="busy">{node.avail}</Pill>}
        </p>
      </header>
      {node.msg && <p class="reason bad"><b>Why</b>{node.msg}</p>}
      <Facts of={[
        ['Resources', [node.cpu && cores(node.cpu), node.mem && bytes(node.mem)].filter(Boolean).join(', ')],
        ['Platform', node.os && `${node.os}/${node.arch}`],
        ['Engine', node.engine],
        ['Address', node.addr],
        ['Manager', manager && `${manager.addr}, ${manager.reachable ? 'reachable' : 'unreachable'}`],
        ['Joined', <><Ago at={node.created} /> ago</>],
        ['Labels', labels.length > 0 && labels.map(([k, v]) => <div key={k}><code>{k}={v}</code></div>)],
        ['Id', <code>{node.id}</code>],
      ]} />
      {store.actions && (
        <section class="actions" data-testid="actions">
          <h3>Change</h3>
          <div>
            {node.avail !== 'active' && <button onClick={() => void act({ kind: 'availability', id, value: 'active' })}>Activate</button>}
            {node.avail !== 'pause' && <button onClick={() => void act({ kind: 'availability', id, value: 'pause' })}>Pause</button>}
            {node.avail !== 'drain' && <Confirmed text="Drain" question="Move its tasks to other nodes?" run={() => act({ kind: 'availability', id, value: 'drain' })} />}
            {node.state === 'down' && <Confirmed text="Remove" question="Remove the node from the swarm?" danger run={() => act({ kind: 'remove-node', id })} />}
          </div>
        </section>
      )}
      <section>
        <h3>Tasks</h3>
        <ul class="list">
          {tasks.map(t => (
            <li key={t.id}>
              <button class="link" onClick={() => go({ pick: `task/${t.id}` })}><i class={`chip h${store.hue(t.svc)}`} aria-hidden="true" />{store.label(t)}</button>
              <State of={t.state} />
            </li>
          ))}
          {tasks.length === 0 && <li class="muted">none</li>}
        </ul>
      </section>
    </>
  );
}

function Spec({ of }: { of: Workload }) {
  const words = [...(of.command ?? []), ...(of.args ?? [])].join(' ');
  return (
    <section>
      <h3>Spec</h3>
      <Facts of={[
        ['Command', words && <code>{words}</code>],
        ['Directory', of.dir],
        ['User', of.user],
        ['Environment', of.env && of.env.map(e => <div key={e.name}><code>{e.name}</code>{e.value === undefined ? <span class="muted"> = hidden</span> : <code>={e.value}</code>}</div>)],
        ['Mounts', of.mounts?.map(m => <div key={m}><code>{m}</code></div>)],
        ['Secrets', of.secrets?.join(', ')],
        ['Configs', of.configs?.join(', ')],
        ['Constraints', of.constraints?.map(c => <div key={c}><code>{c}</code></div>)],
        ['Reserved', [of.cpu && cores(of.cpu), of.mem && bytes(of.mem)].filter(Boolean).join(', ')],
        ['Limits', [of.cpuLimit && cores(of.cpuLimit), of.memLimit && bytes(of.memLimit)].filter(Boolean).join(', ')],
        ['Restart', of.restart],
        ['Labels', of.labels && Object.entries(of.labels).map(([k, v]) => <div key={k}><code>{k}={v}</code></div>)],
      ]} />
    </section>
  );
}

function Missing({ what, gone }: { what: string; gone: boolean }) {
  return <header><p class="over">{what}</p><h2>{gone ? 'Not there any more' : 'Looking…'}</h2></header>;
}
