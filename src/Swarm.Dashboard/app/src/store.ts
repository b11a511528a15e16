import { isAlive, placeOf } from './model';
import type { Changes, Network, Node, Sample, Service, Snapshot, Status, SwarmEvent, Task } from './model';

export const hues = 12;
const maxEvents = 500;
const maxSamples = 300;

const none: readonly Task[] = [];

/** Everything the page shows, kept up to date by batches; views are told once per batch. */
export class Store {
  v = 0;
  loaded = false;
  live: 'live' | 'connecting' | 'lost' = 'connecting';
  status: Status = { state: 'connecting', self: '' };
  actions = false;
  logs = true;
  truncated = 0;
  nodes = new Map<string, Node>();
  services = new Map<string, Service>();
  tasks = new Map<string, Task>();
  networks = new Map<string, Network>();
  events: SwarmEvent[] = [];
  samples: Sample[] = [];
  rev = 0;

  private places = new Map<string, Set<string>>();
  private shown = new Map<string, Map<string, Task>>();
  private sorted = new Map<string, readonly Task[]>();
  private ofService = new Map<string, Set<string>>();
  private hueOf = new Map<string, number>();
  private listeners = new Set<() => void>();
  private seen = new Map<string, string>();

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  changed() {
    this.rev++;
    for (const listener of this.listeners) listener();
  }

  load(s: Snapshot) {
    this.v = s.v;
    this.loaded = true;
    this.status = s.status;
    this.actions = !!s.actions;
    this.logs = !!s.logs;
    this.truncated = s.truncated ?? 0;
    this.nodes = new Map(s.nodes.map(n => [n.id, n]));
    this.services = new Map(s.services.map(n => [n.id, n]));
    this.networks = new Map(s.networks.map(n => [n.id, n]));
    this.events = s.events.slice(-maxEvents);
    this.samples = s.samples.slice(-maxSamples);
    this.tasks.clear();
    this.places.clear();
    this.shown.clear();
    this.sorted.clear();
    this.ofService.clear();
    this.seen.clear();
    this.assignHues();
    const places = new Set<string>();
    for (const task of s.tasks) this.put(task, places);
    for (const place of places) this.settle(place);
    this.changed();
  }

  apply(c: Changes) {
    if (c.v < this.v) return;
    this.v = c.v;
    for (const n of c.nodes ?? []) this.nodes.set(n.id, n);
    for (const s of c.services ?? []) this.services.set(s.id, s);
    for (const n of c.networks ?? []) this.networks.set(n.id, n);
    const places = new Set<string>();
    for (const t of c.tasks ?? []) if (!this.truncated || this.tasks.has(t.id)) this.put(t, places);
    for (const id of c.gone?.nodes ?? []) this.nodes.delete(id);
    for (const id of c.gone?.networks ?? []) this.networks.delete(id);
    for (const id of c.gone?.tasks ?? []) this.drop(id, places);
    for (const id of c.gone?.services ?? []) {
      this.services.delete(id);
      this.hueOf.delete(id);
    }
    if (c.services) {
      this.assignHues();
      this.sorted.clear();
    }
    for (const place of places) this.settle(place);
    this.changed();
  }

  addEvents(events: SwarmEvent[]) {
    const last = this.events.at(-1)?.v ?? 0;
    this.events = [...this.events, ...events.filter(e => e.v > last)].slice(-maxEvents);
    this.changed();
  }

  addSample(sample: Sample) {
    if (sample.at <= (this.samples.at(-1)?.at ?? 0)) return;
    this.samples = [...this.samples, sample].slice(-maxSamples);
    this.changed();
  }

  hue(service?: string): number {
    return (service && this.hueOf.get(service)) || 0;
  }

  /** Tasks to show on a node ('' = without one): by service, then slot. The array is the same until one changes. */
  onNode(node: string): readonly Task[] {
    let tasks = this.sorted.get(node);
    if (!tasks) {
      const all = this.shown.get(node);
      tasks = all ? [...all.values()].sort((a, b) => this.compare(a, b)) : none;
      this.sorted.set(node, tasks);
    }
    return tasks;
  }

  tasksOf(service: string): Task[] {
    return [...(this.ofService.get(service) ?? [])].map(id => this.tasks.get(id)!).sort((a, b) => this.compare(a, b));
  }

  serviceName(id?: string): string {
    return (id && this.services.get(id)?.name) || '';
  }

  nodeName(id?: string): string {
    return id ? this.nodes.get(id)?.name || id.slice(0, 8) : '';
  }

  label(task: Task): string {
    if (task.name) return task.name;
    const service = this.serviceName(task.svc) || (task.svc ?? task.id).slice(0, 8);
    return task.slot ? `${service}.${task.slot}` : service;
  }

  private compare(a: Task, b: Task): number {
    const x = this.serviceName(a.svc), y = this.serviceName(b.svc);
    return x < y ? -1 : x > y ? 1 : (a.slot ?? 0) - (b.slot ?? 0) || b.created - a.created || (a.id < b.id ? -1 : 1);
  }

  private put(task: Task, places: Set<string>) {
    const place = placeOf(task);
    const before = this.seen.get(task.id);
    if (before && before !== place) {
      this.places.get(before)?.delete(task.id);
      places.add(before);
    }
    this.seen.set(task.id, place);
    const old = this.tasks.get(task.id);
    if (old && old.node !== task.node) this.hide(old);
    this.tasks.set(task.id, task);
    add(this.places, place, task.id);
    if (task.svc) add(this.ofService, task.svc, task.id);
    places.add(place);
  }

  private drop(id: string, places: Set<string>) {
    const task = this.tasks.get(id);
    if (!task) return;
    this.hide(task);
    this.tasks.delete(id);
    const place = this.seen.get(id)!;
    this.seen.delete(id);
    remove(this.places, place, id);
    if (task.svc) remove(this.ofService, task.svc, id);
    places.add(place);
  }

  // Of one place are shown the tasks that are alive, else the one that ended last.
  private settle(place: string) {
    const ids = this.places.get(place);
    if (!ids) return;
    let last: Task | undefined;
    let alive = false;
    for (const id of ids) {
      const task = this.tasks.get(id)!;
      alive ||= isAlive(task);
      if (!last || task.created > last.created || (task.created === last.created && task.at > last.at)) last = task;
    }
    for (const id of ids) {
      const task = this.tasks.get(id)!;
      if (isAlive(task) || (!alive && task === last && task.state !== 'shutdown')) this.show(task);
      else this.hide(task);
    }
  }

  private show(task: Task) {
    const node = task.node ?? '';
    let tasks = this.shown.get(node);
    if (!tasks) this.shown.set(node, (tasks = new Map()));
    if (tasks.get(task.id) !== task) {
      tasks.set(task.id, task);
      this.sorted.delete(node);
    }
  }

  private hide(task: Task) {
    const node = task.node ?? '';
    if (this.shown.get(node)?.delete(task.id)) this.sorted.delete(node);
  }

  // A service keeps its hue as long as it lives; a new one gets the hue that the fewest have.
  private assignHues() {
    const used = new Array<number>(hues + 1).fill(0);
    for (const [id, hue] of this.hueOf) if (this.services.has(id)) used[hue]!++;
    const fresh = [...this.services.values()].filter(s => !this.hueOf.has(s.id));
    for (const service of fresh.sort((a, b) => a.created - b.created || (a.name < b.name ? -1 : 1))) {
      let hue = 1;
      for (let i = 2; i <= hues; i++) if (used[i]! < used[hue]!) hue = i;
      used[hue]!++;
      this.hueOf.set(service.id, hue);
    }
  }
}

function add(map: Map<string, Set<string>>, key: string, value: string) {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}

function remove(map: Map<string, Set<string>>, key: string, value: string) {
  const set = map.get(key);
  if (set?.delete(value) && set.size === 0) map.delete(key);
}
