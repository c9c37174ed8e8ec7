import { connection } from "next/server";
import { redirect } from "next/navigation";

export default async function NewChat() {
  await connection(); // an id for each visit, not one for all from the build
  redirect(`/chat/${crypto.randomUUID()}`);
}
