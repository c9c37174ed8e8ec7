import { useState, type FormEvent } from "react";

const PACES = { "": "as it is", hosted: "simulated pace: hosted", "slow-agent": "simulated pace: slow agent" };

export function Composer({ busy, ask, stop }: { busy: boolean; ask: (text: string, body: object) => void; stop: () => Promise<void> }) {
  const [text, setText] = useState("");
  const [pace, setPace] = useState("");
  const [stopping, setStopping] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (busy || !text.trim()) return;
    ask(text, pace ? { pace } : {});
    setText("");
  }

  return (
    <form className="composer" onSubmit={submit}>
      <input
        aria-label="Question"
        autoFocus
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder="Is customer concentration at NVIDIA rising?"
      />
      <select aria-label="Pace" value={pace} onChange={(event) => setPace(event.target.value)}>
        {Object.entries(PACES).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
      {busy ? (
        <button
          type="button"
          disabled={stopping}
          onClick={() => {
            setStopping(true);
            void stop().finally(() => setStopping(false));
          }}
        >
          Stop
        </button>
      ) : (
        <button disabled={!text.trim()}>Ask</button>
      )}
    </form>
  );
}
