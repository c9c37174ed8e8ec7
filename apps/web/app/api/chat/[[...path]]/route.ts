import { forward } from "@/lib/firstlight";

export { forward as GET, forward as POST };
