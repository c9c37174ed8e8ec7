// node ai.mjs SCENARIO SERVER …: prints what the AI SDK's chat shows, one JSON object a line.
import { address, history, open, textOf, told, until } from "./ai_chat.mjs";

const escaped = (character) => "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0");
const print = (thing) => console.log(JSON.stringify(thing).replace(/[\u0080-\uffff]/g, escaped));
const last = (chat) => chat.messages.at(-1);
const answer = (messages) => (messages.at(-1)?.role === "assistant" ? textOf(messages.at(-1)) : "");
const approval = (chat) => last(chat)?.parts.find((part) => part.state === "approval-requested")?.approval;

const scenarios = {
  async ask(server, id, ...questions) {
    const chat = open(server, id);
    for (const text of questions) {
      await chat.sendMessage({ text });
      print(told(chat));
    }
    chat.close();
  },

  async again(server, id) {
    const chat = open(server, id);
    const same = { id: "m1", role: "user", parts: [{ type: "text", text: "count 3" }] };
    const seen = [];
    const ask = async (what) => (await what(), seen.push(last(chat).id));
    await ask(() => chat.sendMessage(same));
    chat.messages = [];
    await ask(() => chat.sendMessage(same));
    await ask(() => chat.regenerate());
    await ask(() => chat.sendMessage({ text: "count 4", messageId: "m1" }));
    print({ ids: seen, ...told(chat) });
    chat.close();
  },

  async approve(server, id, said) {
    const chat = open(server, id);
    await chat.sendMessage({ text: "ask" });
    print(told(chat));
    await chat.addToolApprovalResponse({ id: approval(chat).id, approved: said === "yes" });
    await until("an end", () => last(chat).metadata.outcome && chat.status === "ready");
    print(told(chat));
    print({ history: (await history(server, id)).at(-1) });
    chat.close();
  },

  async approve_later(server, id) {
    const first = open(server, id);
    await first.sendMessage({ text: "ask" });
    first.close();
    const chat = open(server, id, { messages: await history(server, id) });
    await chat.resumeStream();
    print(told(chat));
    const before = structuredClone(chat.messages);
    await chat.addToolApprovalResponse({ id: approval(chat).id, approved: true });
    await until("an end", () => last(chat).metadata.outcome && chat.status === "ready");
    print(told(chat));
    const other = open(server, id, { messages: before });
    await other.addToolApprovalResponse({ id: approval(other).id, approved: false });
    await until("an end", () => last(other).metadata.outcome && other.status === "ready");
    print(told(other));
    chat.close();
    other.close();
  },

  async stop(server, id, how) {
    const chat = open(server, id, { query: how === "disconnect" ? "?cancel_on_disconnect=1" : "" });
    const asked = chat.sendMessage({ text: "wait" });
    await until("some text", () => answer(chat.messages));
    if (how === "post") {
      print(await (await fetch(`${address(server)}/api/chat/${encodeURIComponent(id)}/stop`, { method: "POST" })).json());
    } else {
      await chat.stop();
    }
    await asked;
    print({ run_id: last(chat).metadata.run_id, ...told(chat) });
    chat.close();
  },

  async kill(pid, signal, ...servers) {
    const chats = servers.map((server, at) => open(server, `doomed ${at}`));
    const asked = chats.map((chat) => chat.sendMessage({ text: "count 2000 0.01" }));
    for (const chat of chats) await until("some text", () => answer(chat.messages).length > 50);
    process.kill(Number(pid), signal);
    await Promise.all(asked);
    for (const chat of chats) print(told(chat));
    for (const chat of chats) chat.close();
  },

  /** Asks at each address in turn, and resumes there until the end has come. */
  async cut(question, ...servers) {
    for (const [at, server] of servers.entries()) {
      const chat = open(server, `cut ${question} ${at} ${server}`);
      await chat.sendMessage({ text: question });
      const cut = chat.status === "error";
      for (let tries = 0; chat.status === "error" && tries < 3; tries++) await chat.resumeStream();
      print({ cut, ...told(chat) });
      chat.close();
    }
  },

  /** Opens the chat anew from its history once so many characters are there, and resumes. */
  async reload(server, id, ...lengths) {
    const asking = open(server, id);
    const asked = asking.sendMessage({ text: "count 60 0.01" });
    for (const length of lengths) {
      const messages = await until("a text so long", async () => {
        const found = await history(server, id);
        return answer(found).length >= Number(length) && found;
      });
      const chat = open(server, id, { messages });
      await chat.resumeStream();
      print(told(chat));
      chat.close();
    }
    await asked;
    print(told(asking));
    asking.close();
  },

  async reopen(...servers) {
    for (const [at, server] of servers.entries()) {
      const chat = open(server, `doomed ${at}`, { messages: await history(server, `doomed ${at}`) });
      const loaded = told(chat);
      await chat.resumeStream();
      print({ loaded, ...told(chat) });
      chat.close();
    }
  },
};

const [name, ...rest] = process.argv.slice(2);
await scenarios[name](...rest);
