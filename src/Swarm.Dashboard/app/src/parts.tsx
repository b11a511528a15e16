import { createContext } from 'preact';
import type { ComponentChildren } from 'preact';
import { useContext, useEffect, useReducer, useState } from 'preact/hooks';
import { kindOf } from './model';
import type { Store } from './store';
import { ago } from './text';

const StoreContext = createContext<Store>(null!);
export const StoreProvider = StoreContext.Provider;

/** The store; the caller is drawn again with every batch. */
export function useStore(): Store {
  const store = useContext(StoreContext);
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => store.subscribe(() => redraw(undefined)), [store]);
  return store;
}

/** A state as shape, colour and word: never by colour alone. */
export function State({ of, quiet }: { of: string; quiet?: boolean }) {
  return (
    <span class={`state k-${kindOf(of)}`}>
      <i class="g" aria-hidden="true" />
      {quiet ? <span class="sr">{of}</span> : of}
    </span>
  );
}

export function Pill({ kind, children }: { kind?: string; children: ComponentChildren }) {
  return <span class={`pill ${kind ?? ''}`}>{children}</span>;
}

export function Bar({ value, of, label, kind }: { value: number; of: number; label: string; kind?: string }) {
  const share = of > 0 ? Math.min(1, value / of) : 0;
  return (
    <span class={`bar ${kind ?? ''}`} role="img" aria-label={label} title={label}>
      <i style={{ width: `${(share * 100).toFixed(1)}%` }} />
    </span>
  );
}

const now = () => Date.now();

/** How long ago; counts on by itself. */
export function Ago({ at }: { at: number }) {
  const [time, set] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => set(now()), now() - at < 60_000 ? 1000 : 15_000);
    return () => clearInterval(timer);
  }, [at]);
  return <time dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString()}>{ago(at, Math.max(time, at))}</time>;
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty" data-testid="empty">
      <svg viewBox="0 0 64 40" aria-hidden="true">
        <rect x="2" y="14" width="16" height="24" rx="3" />
        <rect x="24" y="2" width="16" height="36" rx="3" />
        <rect x="46" y="20" width="16" height="18" rx="3" />
      </svg>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
    </div>
  );
}

export function Spark({ values, label, kind }: { values: number[]; label: string; kind?: string }) {
  if (values.length < 2) return <svg class="spark" aria-hidden="true" />;
  const top = Math.max(...values, 1e-9);
  const step = 100 / (values.length - 1);
  const points = values.map((v, i) => `${(i * step).toFixed(1)},${(23 - (v / top) * 21).toFixed(1)}`).join(' ');
  return (
    <svg class={`spark ${kind ?? ''}`} viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label={label}>
      <polygon points={`0,24 ${points} 100,24`} />
      <polyline points={points} vector-effect="non-scaling-stroke" />
    </svg>
  );
}
