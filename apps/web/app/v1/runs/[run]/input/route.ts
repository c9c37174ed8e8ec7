import { forward } from "@/lib/firstlight";

export { forward as POST };
