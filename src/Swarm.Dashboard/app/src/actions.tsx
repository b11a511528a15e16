import { useEffect, useRef, useState } from 'preact/hooks';

export interface Action { kind: string; id: string; replicas?: number; value?: string }

const listeners = new Set<(text: string) => void>();

/** Asks the server for a change. The header makes the request one that no other site can send without being asked. */
export async function act(action: Action): Promise<void> {
  let text = '';
  try {
    const response = await fetch('./api/actions', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Swarm-Dashboard': '1' },
      body: JSON.stringify(action),
    });
    if (!response.ok) text = ((await response.json()) as { message?: string }).message ?? `refused (${response.status})`;
  } catch {
    text = 'the manager cannot be reached';
  }
  for (const listener of listeners) listener(text);
}

/** Says why the last change was refused. */
export function Notice() {
  const [text, set] = useState('');
  useEffect(() => {
    listeners.add(set);
    return () => void listeners.delete(set);
  }, []);
  return (
    <div class="notice" role="alert" hidden={!text}>
      {text}
      {text && <button class="link" onClick={() => set('')}>Dismiss</button>}
    </div>
  );
}

/** A button that asks once more before it acts. */
export function Confirmed({ text, question, danger, run }: { text: string; question: string; danger?: boolean; run: () => Promise<void> }) {
  const [asking, ask] = useState(false);
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => yes.current?.focus(), [asking]);
  if (!asking) return <button class={danger ? 'danger' : ''} onClick={() => ask(true)}>{text}</button>;
  return (
    <span class="confirm" onKeyDown={e => { if (e.key === 'Escape') { e.stopPropagation(); ask(false); } }}>
      {question}
      <button class={danger ? 'danger' : ''} ref={yes} onClick={() => { ask(false); void run(); }}>{text}</button>
      <button onClick={() => ask(false)}>Cancel</button>
    </span>
  );
}
