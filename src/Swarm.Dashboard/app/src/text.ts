/** Words for numbers. */
export function ago(at: number, now: number): string {
  const s = Math.max(0, Math.round((now - at) / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86400)} d`;
}

export function bytes(n: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let i = 0;
  while (n >= 1024 && i < units.length - 1) {
    n /= 1024;
    i++;
  }
  return `${n >= 10 || Number.isInteger(n) ? Math.round(n) : n.toFixed(1)} ${units[i]}`;
}

export const cores = (n: number) => `${Number(n.toFixed(2))} ${n === 1 ? 'CPU' : 'CPUs'}`;

export function millis(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}

export function clock(at: number): string {
  const d = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

export const plural = (n: number, one: string, many = one + 's') => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

/** `registry:5000/team/web:1.4@sha256:…` → name `team/web`, tag `1.4`. */
export function image(reference = ''): { name: string; tag: string } {
  const bare = reference.split('@')[0]!;
  const slash = bare.lastIndexOf('/');
  const colon = bare.indexOf(':', slash + 1);
  const name = colon < 0 ? bare : bare.slice(0, colon);
  const first = name.split('/')[0]!;
  return {
    name: name.includes('/') && /[.:]/.test(first) ? name.slice(first.length + 1) : name,
    tag: colon < 0 ? '' : bare.slice(colon + 1),
  };
}
