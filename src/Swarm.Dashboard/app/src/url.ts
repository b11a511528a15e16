import { useEffect, useState } from 'preact/hooks';

/** Where the user is: all of it is in the address, so that it can be sent to somebody. */
export interface Place { view: string; q: string; pick: string }

const views = ['topology', 'services', 'stacks', 'nodes', 'networks', 'events'];

export function read(): Place {
  const p = new URLSearchParams(location.search);
  const view = p.get('view') ?? '';
  return { view: views.includes(view) ? view : 'topology', q: p.get('q') ?? '', pick: p.get('pick') ?? '' };
}

let current = read();
const listeners = new Set<(p: Place) => void>();

export function go(change: Partial<Place>) {
  const next = { ...current, ...change };
  const p = new URLSearchParams();
  if (next.view !== 'topology') p.set('view', next.view);
  if (next.q) p.set('q', next.q);
  if (next.pick) p.set('pick', next.pick);
  const search = p.size ? `?${p}` : location.pathname;
  // Typing into the filter is not a step that "back" should undo letter by letter.
  if ('q' in change) history.replaceState(null, '', search);
  else history.pushState(null, '', search);
  tell(next);
}

addEventListener('popstate', () => tell(read()));

function tell(next: Place) {
  current = next;
  for (const listener of listeners) listener(next);
}

export function usePlace(): Place {
  const [place, set] = useState(current);
  useEffect(() => {
    listeners.add(set);
    return () => void listeners.delete(set);
  }, []);
  return place;
}
