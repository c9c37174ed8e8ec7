import { Chat } from "@/components/chat";
import { messagesOf } from "@/lib/firstlight";

export default async function ChatPage({ params }: { params: Promise<{ id: string }> }) {
  const id = decodeURIComponent((await params).id);
  const messages = await messagesOf(id).catch(() => null);
  if (!messages) {
    return <main className="away">The Firstlight server cannot be reached. Is it running, and does FIRSTLIGHT_URL point to it?</main>;
  }
  return <Chat key={id} id={id} messages={messages} />;
}
