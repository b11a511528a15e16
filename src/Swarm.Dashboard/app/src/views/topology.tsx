import { Component } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Filter } from '../filter';
import { ofNode, ofTask } from '../filter';
import type { Node, Task } from '../model';
import { kindOf } from '../model';
import { Bar, Empty, Pill, useStore } from '../parts';
import type { Store } from '../store';
import { bytes, cores, image, plural } from '../text';
import { go } from '../url';

/** Above this many nodes each gets a row of small blocks instead of a column of labelled ones. */
const denseFrom = 25;

export function Topology({ filter, pick }: { filter: Filter | null; pick: string }) {
  const store = useStore();
  const nodes = useMemo(() => sortNodes(store), [store.rev]);
  const dense = nodes.length > denseFrom;
  const waiting = store.onNode('');
  const picked = pick.startsWith('task/') ? pick.slice(5) : '';

  if (store.nodes.size === 0) return <Empty title="No nodes yet">Nodes appear here as they join.</Empty>;

  const columns = nodes.map(node => {
    const all = store.onNode(node.id);
    const own = filter && filter(ofNode(node));
    const tasks = filter && !own ? all.filter(task => filter(ofTask(store, task))) : all;
    if (filter && !own && tasks.length === 0) return null;
    return (
      <NodeBox
        key={node.id}
        node={node}
        tasks={tasks}
        dense={dense}
        leader={store.status.leader === node.id}
        picked={tasks.some(t => t.id === picked) ? picked : ''}
        nodePicked={pick === `node/${node.id}`}
        store={store}
        // Names and hues of services are part of what a block shows.
        services={store.services.size}
      />
    );
  });
  const late = filter ? waiting.filter(task => filter(ofTask(store, task))) : waiting;
  return (
    <div
      class={dense ? 'topology dense' : 'topology'}
      data-testid="topology"
      onPointerOver={light}
      onPointerLeave={unlight}
      onFocusCapture={light}
      onBlurCapture={unlight}
      onKeyDown={move}
    >
      {late.length > 0 && (
        <section class="box waiting" aria-label={`${plural(late.length, 'task')} without a node`} data-testid="waiting">
          <header>
            <h2>No node yet</h2>
            <span class="muted">{plural(late.length, 'task')}</span>
          </header>
          <Blocks tasks={late.slice(0, 400)} dense={dense} picked={picked} store={store} />
        </section>
      )}
      {columns}
      {filter && late.length === 0 && columns.every(c => c === null) && (
        <Empty title="Nothing matches the filter">Words are looked for in names, states, images and labels of nodes.</Empty>
      )}
    </div>
  );
}

interface BoxProps {
  node: Node; tasks: readonly Task[]; dense: boolean; leader: boolean; picked: string; nodePicked: boolean; store: Store;
  services: number;
}

// Drawn again only when something of it changed: a batch touches few nodes.
class NodeBox extends Component<BoxProps> {
  override shouldComponentUpdate(next: BoxProps) {
    return Object.keys(next).some(key => next[key as keyof BoxProps] !== this.props[key as keyof BoxProps]);
  }

  override render() {
    return <NodePart {...this.props} />;
  }
}

function NodePart({ node, tasks, dense, leader, picked, nodePicked, store }: BoxProps) {
  let cpu = 0, mem = 0, running = 0;
  for (const task of tasks) {
    if (task.state === 'running') running++;
    if (kindOf(task.state) === 'run' || kindOf(task.state) === 'start') {
      cpu += task.cpu ?? 0;
      mem += task.mem ?? 0;
    }
  }
  const down = node.state !== 'ready';
  const title = `${node.name}: ${node.role}, ${node.state}, ${node.avail}, ${plural(running, 'running task')}`;
  return (
    <section class={`box${down ? ' down' : ''}${nodePicked ? ' picked' : ''}`} aria-label={title} data-testid="node" data-node={node.id}>
      <header>
        <button class="name" onClick={() => go({ pick: `node/${node.id}` })} title={title}>
          <i class={`lamp ${down ? 'bad' : node.avail === 'active' ? 'ok' : 'busy'}`} aria-hidden="true" />
          <h2>{node.name}</h2>
        </button>
        <span class="tags">
          {leader ? <Pill kind="lead">leader</Pill> : node.role === 'manager' && <Pill>manager</Pill>}
          {node.avail !== 'active' && <Pill kind="busy">{node.avail}</Pill>}
          {down && <Pill kind="bad">{node.state}</Pill>}
        </span>
        {!dense && <span class="muted what">{[node.cpu && cores(node.cpu), node.mem && bytes(node.mem)].filter(Boolean).join(' · ')}</span>}
        {(node.cpu || node.mem) && (
          <span class="bars">
            <Bar value={cpu} of={node.cpu ?? 0} label={`${cores(cpu)} of ${cores(node.cpu ?? 0)} reserved`} />
            <Bar value={mem} of={node.mem ?? 0} label={`${bytes(mem)} of ${bytes(node.mem ?? 0)} reserved`} />
          </span>
        )}
      </header>
      {tasks.length === 0
        ? <p class="none">{down ? 'not reachable' : node.avail === 'drain' ? 'drained' : 'no tasks'}</p>
        : <Blocks tasks={tasks} dense={dense} picked={picked} store={store} />}
    </section>
  );
}

function Blocks({ tasks, dense, picked, store }: { tasks: readonly Task[]; dense: boolean; picked: string; store: Store }) {
  return (
    <div class="blocks">
      {tasks.map(task => {
        const kind = kindOf(task.state);
        const label = store.label(task);
        const word = kind === 'run' ? '' : task.state;
        return (
          <button
            key={task.id}
            class={`b h${store.hue(task.svc)} k-${kind}${task.id === picked ? ' picked' : ''}`}
            data-task={task.id}
            data-svc={task.svc}
            data-testid="task"
            tabIndex={-1}
            title={`${label}: ${task.state}${task.err ? `, ${task.err}` : ''}`}
            aria-label={`${label}, ${task.state}`}
            onClick={() => go({ pick: `task/${task.id}` })}
          >
            {!dense && (
              <>
                <i class="g" aria-hidden="true" />
                <span class="l">{label}</span>
                <span class="w">{word || image(task.image ?? store.services.get(task.svc ?? '')?.image).tag}</span>
              </>
            )}
          </button>
        );
      })}
    </div>
  );
}

export function sortNodes(store: Store): Node[] {
  const rank = (n: Node) => (n.id === store.status.leader ? 0 : n.role === 'manager' ? 1 : 2);
  const numeric = new Intl.Collator('en', { numeric: true });
  return [...store.nodes.values()].sort((a, b) => {
    const managers = (a.role === 'manager' ? 0 : 1) - (b.role === 'manager' ? 0 : 1);
    return managers || numeric.compare(a.name, b.name) || rank(a) - rank(b) || (a.id < b.id ? -1 : 1);
  });
}

// The tasks of one service stand out while one of them is pointed at: done to the elements, without a new drawing.
let lit: Element[] = [];

function light(event: Event) {
  const block = (event.target as Element).closest<HTMLElement>('.b');
  const root = event.currentTarget as HTMLElement;
  unlight(event);
  const service = block?.dataset.svc;
  if (!service) return;
  root.classList.add('dim');
  lit = [...root.querySelectorAll(`.b[data-svc="${CSS.escape(service)}"]`)];
  for (const element of lit) element.classList.add('lit');
}

function unlight(event: Event) {
  (event.currentTarget as HTMLElement).classList.remove('dim');
  for (const element of lit) element.classList.remove('lit');
  lit = [];
}

/** Arrows move between blocks by what is nearest in that direction. */
function move(event: KeyboardEvent) {
  const step = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as Record<string, [number, number]>)[event.key];
  const from = (event.target as Element).closest('.b');
  if (!step || !from) return;
  event.preventDefault();
  const [dx, dy] = step;
  const here = from.getBoundingClientRect();
  let best: HTMLElement | null = null;
  let distance = Infinity;
  for (const block of (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('.b')) {
    if (block === from) continue;
    const r = block.getBoundingClientRect();
    const x = r.left + r.width / 2 - here.left - here.width / 2;
    const y = r.top + r.height / 2 - here.top - here.height / 2;
    const along = x * dx + y * dy;
    const across = Math.abs(x * dy) + Math.abs(y * dx);
    if (along < 2) continue;
    const d = along + across * 4;
    if (d < distance) [best, distance] = [block, d];
  }
  best?.focus();
}
