import type { Changes, Sample, Snapshot, Status, SwarmEvent } from './model';
import type { Store } from './store';

const firstDelay = 500;
const longestDelay = 10_000;

/** Keeps the store at the state of the swarm: a snapshot, then a stream that goes on after the last version seen. */
export class Feed {
  private source?: EventSource;
  private delay = firstDelay;
  private timer = 0;

  constructor(private readonly store: Store) {}

  start() {
    this.reload();
    addEventListener('online', () => this.soon(0));
  }

  private async reload() {
    this.close();
    try {
      const response = await fetch('./api/snapshot', { headers: { Accept: 'application/json' } });
      if (!response.ok) throw new Error(`${response.status}`);
      this.store.load((await response.json()) as Snapshot);
      this.open();
    } catch {
      this.lost();
    }
  }

  private open() {
    this.close();
    const source = (this.source = new EventSource(`./api/stream?from=${this.store.v}`));
    source.onopen = () => {
      this.delay = firstDelay;
      this.set('live');
    };
    source.onerror = () => this.lost();
    on<Changes>(source, 'changes', c => {
      performance.mark('batch');
      this.store.apply(c);
      // Told after the frame that shows it has been made.
      requestAnimationFrame(() => setTimeout(() => performance.measure('batch', 'batch')));
    });
    on<Status>(source, 'status', s => {
      this.store.status = s;
      this.store.changed();
    });
    on<SwarmEvent[]>(source, 'events', e => this.store.addEvents(e));
    on<Sample>(source, 'sample', s => this.store.addSample(s));
    source.addEventListener('reset', () => void this.reload());
  }

  // The browser's own retry knows neither back-off nor a server that answers 503; ours does.
  private lost() {
    this.close();
    this.set('lost');
    this.soon(this.delay);
    this.delay = Math.min(this.delay * 2, longestDelay);
  }

  private soon(delay: number) {
    if (this.source) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.store.loaded ? this.open() : void this.reload()), delay * (0.75 + Math.random() / 2));
  }

  private set(live: Store['live']) {
    if (this.store.live !== live) {
      this.store.live = live;
      this.store.changed();
    }
  }

  private close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = undefined;
  }
}

function on<T>(source: EventSource, name: string, handle: (data: T) => void) {
  source.addEventListener(name, e => handle(JSON.parse((e as MessageEvent<string>).data) as T));
}
