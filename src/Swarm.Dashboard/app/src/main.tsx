import { render } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Notice } from './actions';
import { Feed } from './feed';
import { parse } from './filter';
import { Empty, StoreProvider, useStore } from './parts';
import { Store } from './store';
import './style.css';
import { plural } from './text';
import { go, usePlace } from './url';
import { Drawer } from './views/drawer';
import { Events, Networks, Nodes, Services, Stacks } from './views/tables';
import { Tiles } from './views/tiles';
import { Topology } from './views/topology';

const store = new Store();

const views = [
  ['topology', 'Topology', Topology],
  ['services', 'Services', Services],
  ['stacks', 'Stacks', Stacks],
  ['nodes', 'Nodes', Nodes],
  ['networks', 'Networks', Networks],
  ['events', 'Events', Events],
] as const;

function App() {
  const place = usePlace();
  const filter = useMemo(() => parse(place.q), [place.q]);
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      const typing = (e.target as Element).matches('input, textarea, select');
      if (e.key === 'Escape') {
        if (typing) (e.target as HTMLElement).blur();
        else if (place.pick) go({ pick: '' });
      } else if (e.key === '/' && !typing && !e.ctrlKey && !e.metaKey) {
        e.preventDefault();
        search.current?.focus();
        search.current?.select();
      } else if (!typing && !e.altKey && !e.ctrlKey && !e.metaKey && e.key >= '1' && e.key <= String(views.length)) {
        go({ view: views[Number(e.key) - 1]![0] });
      }
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  }, [place.pick]);
  const View = (views.find(([id]) => id === place.view) ?? views[0])[2];
  return (
    <>
      <a class="skip" href="#main" onClick={e => { e.preventDefault(); document.getElementById('main')?.focus(); }}>Skip to content</a>
      <Top />
      <nav aria-label="Views">
        <div class="tabs">
          {views.map(([id, name]) => (
            <a
              key={id}
              href={`?view=${id}`}
              aria-current={place.view === id ? 'page' : undefined}
              onClick={e => { if (!e.metaKey && !e.ctrlKey) { e.preventDefault(); go({ view: id }); } }}
            >
              {name}<Count view={id} />
            </a>
          ))}
        </div>
        <label class="search">
          <svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="7" cy="7" r="4.5" /><path d="M10.5 10.5L14 14" /></svg>
          <input
            ref={search}
            type="text"
            placeholder="Filter"
            aria-label="Filter, by words or state:failed, node:, service:, stack:"
            value={place.q}
            data-testid="filter"
            onInput={e => go({ q: e.currentTarget.value })}
            onKeyDown={e => {
              if (e.key === 'ArrowDown') {
                e.preventDefault();
                document.querySelector<HTMLElement>('.b, tbody .link, .events .link')?.focus();
              }
            }}
          />
          <kbd aria-hidden="true">/</kbd>
        </label>
      </nav>
      <Notice />
      <div class={place.pick ? 'page with' : 'page'}>
        <main id="main" tabIndex={-1}>
          <Inside><Tiles /><View filter={filter} pick={place.pick} /></Inside>
        </main>
        {place.pick && <Drawer pick={place.pick} />}
      </div>
    </>
  );
}

function Inside({ children }: { children: preact.ComponentChildren }) {
  const s = useStore();
  if (!s.loaded) return <Empty title={s.live === 'lost' ? 'The manager does not answer' : 'Loading…'}>{s.live === 'lost' && 'Trying again by itself.'}</Empty>;
  if (s.status.state !== 'active') return <Empty title={titles[s.status.state] ?? 'This node is not an active manager'}>{s.status.error || hints[s.status.state]}</Empty>;
  return (
    <>
      {s.truncated > 0 && <p class="banner" role="status">Only {plural(s.tasks.size, 'task')} of {s.truncated.toLocaleString('en')} are shown.</p>}
      {children}
    </>
  );
}

const titles: Record<string, string> = {
  inactive: 'This node is in no swarm', locked: 'This manager is locked', worker: 'This node is a worker', pending: 'This node is joining a swarm',
};
const hints: Record<string, string> = {
  inactive: '“docker swarm init” or “docker swarm join” changes that; this page then shows it.',
  locked: '“docker swarm unlock” opens it.',
  worker: 'Every manager has the whole picture; open the dashboard of one.',
};

function Count({ view }: { view: string }) {
  const s = useStore();
  const n = view === 'services' ? s.services.size : view === 'nodes' ? s.nodes.size : view === 'networks' ? s.networks.size : 0;
  return n > 0 ? <span class="count">{n}</span> : null;
}

const lives = { live: 'live', connecting: 'connecting', lost: 'reconnecting' };

function Top() {
  const s = useStore();
  const managers = s.status.managers ?? [];
  const leader = s.status.leader ? s.nodeName(s.status.leader) : '';
  useEffect(() => {
    document.title = s.status.swarm ? `${s.status.swarm} · Swarm` : 'Swarm';
  }, [s.status.swarm]);
  return (
    <header class="top">
      <svg class="mark" viewBox="0 0 20 20" aria-hidden="true">
        <rect x="1" y="10" width="4.6" height="9" rx="1.4" /><rect x="7.7" y="5" width="4.6" height="14" rx="1.4" /><rect x="14.4" y="1" width="4.6" height="18" rx="1.4" />
      </svg>
      <h1>Swarm{s.status.swarm && s.status.swarm !== 'default' && <span> {s.status.swarm}</span>}</h1>
      <p class="status" role="status" aria-live="polite" data-testid="status">
        {s.loaded && s.status.state === 'active' && (
          leader
            ? <span data-testid="leader">led by <b>{leader}</b></span>
            : <span class="k-bad state" data-testid="leader">no leader</span>
        )}
        {managers.length > 1 && managers.some(m => !m.reachable) && <span class="k-bad state">{managers.filter(m => m.reachable).length} of {managers.length} managers reachable</span>}
        <span class={`live is-${s.live}`} data-testid="live"><i aria-hidden="true" />{lives[s.live]}</span>
      </p>
      <Theme />
    </header>
  );
}

function Theme() {
  const [theme, set] = useState(() => stored());
  useEffect(() => {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    try {
      if (theme) localStorage.setItem('theme', theme);
      else localStorage.removeItem('theme');
    } catch { /* a page without storage follows the system */ }
  }, [theme]);
  const dark = theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  return (
    <button class="theme" data-testid="theme" aria-label={dark ? 'Use the light theme' : 'Use the dark theme'} title="Theme" onClick={() => set(dark ? 'light' : 'dark')}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6" /><path d="M8 2a6 6 0 0 1 0 12z" /></svg>
    </button>
  );
}

function stored(): string {
  try {
    return localStorage.getItem('theme') ?? '';
  } catch {
    return '';
  }
}

const first = stored();
if (first) document.documentElement.dataset.theme = first;
render(<StoreProvider value={store}><App /></StoreProvider>, document.getElementById('app')!);
new Feed(store).start();
