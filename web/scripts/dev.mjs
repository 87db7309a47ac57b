// `npm run dev terminal`: one page with hot reload, its API calls passed on to the running server.
import { createServer } from "vite";
import { configFor } from "../vite.config.js";

const server = await createServer(configFor(process.argv[2] ?? "terminal"));
await server.listen();
server.printUrls();
