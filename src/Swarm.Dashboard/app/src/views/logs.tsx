import { useEffect, useRef, useState } from 'preact/hooks';
import { clock } from '../text';

interface Line { at: number; err?: boolean; text: string }

const kept = 1000;

/** The output of a task as it comes; stays at the end unless the reader scrolls up. */
export function Logs({ task }: { task: string }) {
  const [lines, set] = useState<{ first: number; lines: Line[] }>({ first: 0, lines: [] });
  const [note, setNote] = useState('reading…');
  const box = useRef<HTMLDivElement>(null);
  const stick = useRef(true);

  useEffect(() => {
    set({ first: 0, lines: [] });
    setNote('reading…');
    const source = new EventSource(`./api/tasks/${encodeURIComponent(task)}/logs?tail=200`);
    source.onopen = () => setNote('');
    source.addEventListener('lines', e => {
      const more = JSON.parse((e as MessageEvent<string>).data) as Line[];
      set(old => {
        const all = [...old.lines, ...more];
        const drop = Math.max(0, all.length - kept);
        return { first: old.first + drop, lines: drop ? all.slice(drop) : all };
      });
    });
    const end = (text: string) => {
      source.close();
      setNote(text);
    };
    source.addEventListener('end', e => end(JSON.parse((e as MessageEvent<string>).data) as string));
    source.onerror = () => end('the stream was interrupted');
    return () => source.close();
  }, [task]);

  useEffect(() => {
    if (stick.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);

  return (
    <div
      class="logs"
      role="log"
      aria-label="Output of the task"
      aria-live="off"
      tabIndex={0}
      data-testid="logs"
      ref={box}
      onScroll={() => {
        const b = box.current!;
        stick.current = b.scrollHeight - b.scrollTop - b.clientHeight < 24;
      }}
    >
      {lines.lines.map((line, i) => (
        <div key={lines.first + i} class={line.err ? 'err' : ''}>
          <time>{clock(line.at)}</time>
          <span>{line.text}</span>
        </div>
      ))}
      {(note || lines.lines.length === 0) && <p class="muted">{note || 'nothing written yet'}</p>}
    </div>
  );
}
