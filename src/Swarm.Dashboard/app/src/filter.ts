import type { Store } from './store';
import type { Node, Task } from './model';

/** Words of the filter, all of which have to match; `state:`, `node:`, `service:`, `stack:` look at one field only. */
export type Filter = (fields: Record<string, string>) => boolean;

export function parse(q: string): Filter | null {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  const tests = words.map(word => {
    const colon = word.indexOf(':');
    return colon > 0 && colon < word.length - 1 && fieldNames.has(word.slice(0, colon))
      ? { field: word.slice(0, colon), text: word.slice(colon + 1) }
      : { field: '', text: word };
  });
  return fields =>
    tests.every(t => (t.field ? (fields[t.field] ?? '').includes(t.text) : Object.values(fields).some(f => f.includes(t.text))));
}

const fieldNames = new Set(['state', 'node', 'service', 'stack', 'image', 'role', 'driver', 'kind', 'label']);

export function ofTask(store: Store, task: Task): Record<string, string> {
  const service = task.svc ? store.services.get(task.svc) : undefined;
  return lower({
    task: store.label(task),
    service: service?.name,
    stack: service?.stack,
    state: task.state,
    node: store.nodeName(task.node),
    image: task.image ?? service?.image,
    id: task.id,
  });
}

export function ofNode(node: Node): Record<string, string> {
  return lower({
    node: node.name,
    role: node.role,
    state: `${node.state} ${node.avail}`,
    label: Object.entries({ ...node.engineLabels, ...node.labels }).map(([k, v]) => `${k}=${v}`).join(' '),
    addr: node.addr,
    id: node.id,
  });
}

export function lower(fields: Record<string, string | undefined>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [key, value] of Object.entries(fields)) if (value) result[key] = value.toLowerCase();
  return result;
}
