/** What the server sends. Fields that are empty or zero are left out. */
export interface Node {
  id: string; name: string; role: 'manager' | 'worker'; avail: 'active' | 'pause' | 'drain'; state: string;
  msg?: string; addr?: string; cpu?: number; mem?: number; os?: string; arch?: string; engine?: string;
  labels?: Record<string, string>; engineLabels?: Record<string, string>; created: number;
}

export interface Port { target: number; published?: number; proto: string; mode: string }

export interface Rollout { state: string; started: number; done?: number; msg?: string }

export interface Service {
  id: string; name: string; mode: string; replicas?: number; concurrent?: number; image?: string; stack?: string;
  ports?: Port[]; nets?: string[]; rollout?: Rollout; specVersion?: number; iteration?: number; created: number;
  updated: number;
}

export interface Task {
  id: string; svc?: string; node?: string; slot?: number; name?: string; state: string; want: string; at: number;
  msg?: string; err?: string; created: number; specVersion?: number; iteration?: number; image?: string; exit?: number;
  cpu?: number; mem?: number;
}

export interface Network {
  id: string; name: string; driver: string; subnets?: string[]; ingress?: boolean; internal?: boolean;
  attachable?: boolean; ipv6?: boolean; stack?: string; created: number;
}

export interface SwarmEvent {
  v: number; at: number; kind: string; action: string; id: string; name: string; text: string; who?: string;
}

export interface Manager { id: string; addr: string; leader?: boolean; reachable?: boolean }

export interface Status {
  state: string; error?: string; self: string; swarm?: string; leader?: string; term?: number; managers?: Manager[];
  secrets?: number; configs?: number;
}

export interface Sample {
  at: number; running: number; waiting: number; failed: number; p50?: number; p99?: number; commits?: number; lag?: number;
}

export interface Snapshot {
  v: number; status: Status; actions?: boolean; logs?: boolean; truncated?: number; nodes: Node[]; services: Service[];
  tasks: Task[]; networks: Network[]; events: SwarmEvent[]; samples: Sample[];
}

export interface Changes {
  v: number; nodes?: Node[]; services?: Service[]; tasks?: Task[]; networks?: Network[];
  gone?: { nodes?: string[]; services?: string[]; tasks?: string[]; networks?: string[] };
}

export interface Workload {
  image?: string; command?: string[]; args?: string[]; dir?: string; user?: string; env?: { name: string; value?: string }[];
  mounts?: string[]; secrets?: string[]; configs?: string[]; constraints?: string[]; restart?: string;
  cpuLimit?: number; memLimit?: number; cpu?: number; mem?: number; labels?: Record<string, string>;
}

export interface TaskDetail {
  task: Task; cause: string; reason: string; container?: string; pid?: number; addresses?: string[]; ports?: Port[];
  workload: Workload; history: Task[];
}

export interface ServiceDetail { service: Service; workload: Workload; update?: string; vips?: string[] }

export type Kind = 'run' | 'start' | 'wait' | 'done' | 'stop' | 'bad';

const kinds: Record<string, Kind> = {
  new: 'wait', pending: 'wait', assigned: 'start', accepted: 'start', preparing: 'start', ready: 'start',
  starting: 'start', running: 'run', complete: 'done', shutdown: 'stop', remove: 'stop', failed: 'bad',
  rejected: 'bad', orphaned: 'bad',
};

export const kindOf = (state: string): Kind => kinds[state] ?? 'wait';

const ended = new Set(['complete', 'shutdown', 'failed', 'rejected', 'orphaned']);
const unwanted = new Set(['shutdown', 'failed', 'rejected', 'remove', 'orphaned']);

/** Whether a task still takes up room, or is wanted. */
export const isAlive = (task: Task) => !ended.has(task.state);

/** Whether the managers want it to run. */
export const isWanted = (task: Task) => !unwanted.has(task.want) && task.want !== 'complete' || task.want === 'complete' && isAlive(task);

/** The place of a task: tasks of one place follow each other. */
export const placeOf = (task: Task) => `${task.svc ?? task.id}/${task.slot ? task.slot : task.node ?? ''}`;
