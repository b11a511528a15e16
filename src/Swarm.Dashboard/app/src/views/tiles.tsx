import type { ComponentChildren } from 'preact';
import { kindOf } from '../model';
import { Spark, useStore } from '../parts';
import { millis, plural } from '../text';

function Tile({ name, children, sub, spark }: { name: string; children: ComponentChildren; sub?: string; spark?: ComponentChildren }) {
  return (
    <div class="tile" data-testid={`tile-${name.toLowerCase().replaceAll(' ', '-')}`}>
      <h3>{name}</h3>
      <p class="value">{children}</p>
      <p class="sub">{sub}</p>
      {spark}
    </div>
  );
}

/** The last ten minutes in six figures. */
export function Tiles() {
  const store = useStore();
  let running = 0, starting = 0, waiting = 0, failed = 0;
  for (const task of store.tasks.values()) {
    const kind = kindOf(task.state);
    if (kind === 'run') running++;
    else if (kind === 'start') starting++;
    else if (kind === 'wait') waiting++;
    else if (kind === 'bad') failed++;
  }
  const nodes = [...store.nodes.values()];
  const ready = nodes.filter(n => n.state === 'ready').length;
  const managers = store.status.managers ?? [];
  const s = store.samples;
  const last = s.at(-1);
  const has = (v?: number) => v !== undefined;
  return (
    <section class="tiles" aria-label="Figures">
      <Tile
        name="Running"
        sub={[starting && `${starting} starting`, waiting && `${waiting} waiting`].filter(Boolean).join(', ') || 'nothing pending'}
        spark={<Spark values={s.map(x => x.running)} label="Running tasks over the last ten minutes" kind="ok" />}
      >
        {running.toLocaleString('en')}
      </Tile>
      <Tile
        name="Failed"
        sub="in kept history"
        spark={<Spark values={s.map(x => x.failed)} label="Failed tasks over the last ten minutes" kind="bad" />}
      >
        <span class={failed ? 'k-bad state' : ''}>{failed.toLocaleString('en')}</span>
      </Tile>
      <Tile name="Nodes" sub={ready === nodes.length ? 'all ready' : `${nodes.length - ready} not ready`}>
        {ready}<span class="of">/{nodes.length}</span>
      </Tile>
      <Tile name="Managers" sub={store.status.term ? `term ${store.status.term}` : ''}>
        {managers.filter(m => m.reachable).length}<span class="of">/{managers.length}</span>
      </Tile>
      <Tile
        name="Scheduler"
        sub={has(last?.p99) ? `p99 ${millis(last!.p99!)}` : 'no pass of late'}
        spark={<Spark values={s.map(x => x.p99 ?? 0)} label="Slowest scheduling passes over the last ten minutes" />}
      >
        {has(last?.p50) ? millis(last!.p50!) : '–'}
      </Tile>
      <Tile
        name="Commits"
        sub={has(last?.lag) ? `${plural(last!.lag!, 'entry', 'entries')} to apply` : ''}
        spark={<Spark values={s.map(x => x.commits ?? 0)} label="Transactions per second over the last ten minutes" />}
      >
        {has(last?.commits) ? <>{last!.commits! >= 10 ? Math.round(last!.commits!) : last!.commits!.toFixed(1)}<span class="of">/s</span></> : '–'}
      </Tile>
    </section>
  );
}
